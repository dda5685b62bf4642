# Every recipe is one command of dev.py, which sets itself up.

default:
    @python3 dev.py help

demo *args:
    python3 dev.py demo {{args}}

test *args:
    python3 dev.py test {{args}}

lint:
    python3 dev.py lint

check:
    python3 dev.py check

format:
    python3 dev.py format

bench *args:
    python3 dev.py bench {{args}}
