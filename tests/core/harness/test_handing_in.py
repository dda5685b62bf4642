"""A leaf that waits at its door is told what to do exactly once, however quickly it goes to work."""

import os
import socket

from orps_core.execute.harness.wire import Message, hand_in, take_in


class _Quick(socket.socket):
    """A door whose other side has taken what came, and hung up, before the sender goes on."""

    inside: socket.socket
    taken: tuple[Message, list[int]] | None

    def sendmsg(self, *args: object) -> int:
        sent = super().sendmsg(*args)  # type: ignore[arg-type]
        self.taken = take_in(self.inside.fileno())
        self.inside.close()
        return sent


def test_who_takes_the_message_and_hangs_up_at_once_has_been_told() -> None:
    door, inside = socket.socketpair()
    with _Quick(fileno=door.detach()) as quick:
        quick.inside = inside
        hand_in(quick, {"op": "judge"}, [0])
    assert quick.taken is not None
    message, passed = quick.taken
    assert message == {"op": "judge"}
    for each in passed:
        os.close(each)
