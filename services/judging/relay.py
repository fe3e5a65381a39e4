"""The relay process of judging: carries its outbox to Kafka."""

from services.judging.settings import Settings
from shared.relay import main

if __name__ == "__main__":
    main(Settings())
