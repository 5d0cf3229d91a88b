"""Fund accounts: the money of one county, one fund and one year."""
