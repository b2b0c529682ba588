"""Where raw mail comes from: mailboxes, epochs, servers. The only room that may use the network."""
