"""Finding claims, concerns and touched members in a message. The only room that uses spaCy."""
