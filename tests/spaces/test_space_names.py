"""The names of a space's parameters."""

from __future__ import annotations

from reading_spaces import UNITS, names, read, sample, stage


class TestNames:
    def test_the_later_of_two_alike_is_numbered(self):
        assert names(read(f"[{UNITS}, {UNITS}, {UNITS}]")) == ["units", "units_2", "units_3"]

    def test_in_a_stage_the_number_stands_at_the_end(self):
        space = read(stage(f"{UNITS}, {UNITS}"))
        assert names(space) == ["s.1.units", "s.1.units_2", "s.2.units", "s.2.units_2"]

    def test_branches_have_names_of_their_own(self):
        choice = f"{{choices: {{a: [{UNITS}], b: [{UNITS}, {UNITS}]}}}}"
        assert names(read(f"[{UNITS}, {choice}, {{choices: {{a: []}}}}]")) == [
            "units",
            "a_or_b",
            "a_or_b.a.units",
            "a_or_b.b.units",
            "a_or_b.b.units_2",
            "choice",
        ]

    def test_a_number_does_not_depend_on_what_is_drawn(self):
        space = read(f"[{{choices: {{a: [{UNITS}], b: []}}, name: units}}, {UNITS}]")
        assert names(space) == ["units", "units.a.units", "units_2"]
        assert sample(space, units="b", units_2=5)[0]["dense"]["units"] == 5

    def test_what_is_not_drawn_takes_no_name(self):
        assert names(read(f"[{{dense: 8}}, {UNITS}]")) == ["units"]

    def test_a_network_and_a_training_do_not_clash(self):
        space = read("[{choices: {a: []}, name: optimizer}]", "{optimizer: {choices: [adamw]}}")
        assert names(space) == ["optimizer", "optimizer_2"]

    def test_an_option_that_is_called_like_the_depth(self):
        space = read(stage("{choices: {a: []}, name: repeat, shared: true}", "{low: 1, high: 2}"))
        assert names(space) == ["s.repeat", "s.repeat_2"]
