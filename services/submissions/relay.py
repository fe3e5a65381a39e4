"""The relay process of submissions: carries its outbox to Kafka."""

from services.submissions.settings import Settings
from shared.relay import main

if __name__ == "__main__":
    main(Settings())
