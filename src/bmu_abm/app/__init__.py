"""The browser app: `bmu app`. Nothing else imports it."""
