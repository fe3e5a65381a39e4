"""The relay process of notifications: carries its outbox to Kafka."""

from services.notifications.settings import Settings
from shared.relay import main

if __name__ == "__main__":
    main(Settings())
