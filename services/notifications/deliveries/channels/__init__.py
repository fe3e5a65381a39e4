"""The channels: texts made from the message templates, mail over SMTP, text messages over SMPP, the in-app list."""
