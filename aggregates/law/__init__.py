"""The law: clauses, parameters, working days, deadlines and regimes. Data and pure functions."""
