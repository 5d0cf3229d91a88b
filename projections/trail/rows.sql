select kind, id, position from {link}
