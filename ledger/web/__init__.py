"""The web pages: made on the server, working without JavaScript, Chinese first."""
