"""The channels: texts made from the message templates, mail over SMTP, notices in the in-app list."""
