"""Who starts next, on paper: no Ray, only workers."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import execution_runners as runners
from hypothesis import given
from hypothesis import strategies as st

from automl.execution.queue import RunningTrial, TrialQueue, WaitingTrial, WorkerHandle
from automl.execution.worker import WorkerInfo

devices = st.lists(st.integers(1, 3), min_size=1, max_size=3)  # workers of each
lone = st.lists(st.booleans(), max_size=20)


@dataclass
class Machine:
    """Seats, the queue before them, and the rule that no lone trial has company."""

    workers: list[WorkerHandle]
    queue: TrialQueue = field(default_factory=TrialQueue)
    running: deque[WorkerHandle] = field(default_factory=deque)
    started: list[int] = field(default_factory=list)

    def submit(self, number: int, alone: bool) -> None:
        self.queue.add(WaitingTrial(runners.make_spec(number, "train"), None, alone))
        self.fill()

    def end(self, position: int) -> None:
        self.running[position].free()
        del self.running[position]
        self.fill()

    def fill(self) -> None:
        while start := self.queue.pop(self.workers):
            waiting, worker = start
            assert worker.trial is None
            worker.take(RunningTrial(waiting.spec.number), waiting.alone)
            self.running.append(worker)
            self.started.append(waiting.spec.number)
            self.check()

    def check(self) -> None:
        for worker in self.running:
            beside = [each for each in self.running if each.info == worker.info]
            assert len(beside) == 1 or not worker.alone


def make_machine(sizes: list[int]) -> Machine:
    return Machine(
        [
            WorkerHandle(None, WorkerInfo((f"gpu {n}",)))
            for n, size in enumerate(sizes)
            for _ in range(size)
        ]
    )


class TestQueue:
    @given(sizes=devices, lone=lone, data=st.data())
    def test_all_start_and_none_beside_a_lone_one(
        self, sizes: list[int], lone: list[bool], data: st.DataObject
    ) -> None:
        machine = make_machine(sizes)
        for number, alone in enumerate(lone):
            machine.submit(number, alone)
            if machine.running and data.draw(st.booleans()):
                machine.end(data.draw(st.integers(0, len(machine.running) - 1)))

        while machine.running:
            machine.end(data.draw(st.integers(0, len(machine.running) - 1)))

        assert sorted(machine.started) == list(range(len(lone)))

    @given(sizes=devices, lone=lone)
    def test_those_alike_start_in_order(self, sizes: list[int], lone: list[bool]) -> None:
        machine = make_machine(sizes)
        for number, alone in enumerate(lone):
            machine.submit(number, alone)
        while machine.running:
            machine.end(0)

        for kind in (True, False):
            alike = [number for number in machine.started if lone[number] is kind]
            assert alike == sorted(alike)

    @given(sizes=devices)
    def test_a_lone_trial_starts_however_many_come_after_it(self, sizes: list[int]) -> None:
        machine = make_machine(sizes)
        count = len(machine.workers)
        for number in range(count):
            machine.submit(number, alone=False)
        machine.submit(count, alone=True)

        for number in range(count + 1, count + 1 + 3 * count):
            machine.submit(number, alone=False)
            if machine.running:
                machine.end(0)

        assert count in machine.started

    def test_other_devices_go_on(self) -> None:
        machine = make_machine([2, 2])
        for number in range(3):
            machine.submit(number, alone=False)  # two on the first device, one on the second
        machine.submit(3, alone=True)
        machine.submit(4, alone=False)
        assert machine.started == [0, 1, 2]  # the second device is kept for the lone one

        machine.end(2)
        assert machine.started == [0, 1, 2, 3]

        machine.end(0)
        assert machine.started == [0, 1, 2, 3, 4]

    def test_a_seat_is_of_no_use_before_its_worker_is_up(self) -> None:
        machine = Machine([WorkerHandle(None)])
        machine.submit(0, alone=False)
        assert machine.started == []

        machine.workers[0].info = WorkerInfo(("node",))
        machine.fill()
        assert machine.started == [0]

    def test_a_trial_can_leave(self) -> None:
        machine = make_machine([1])
        machine.submit(0, alone=False)
        machine.submit(1, alone=True)

        assert (machine.queue.remove(1), machine.queue.remove(1)) == (True, False)
        machine.end(0)
        assert machine.started == [0]
