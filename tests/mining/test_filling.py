"""Steps between the steps of a routine belong to it, whichever piece took them first."""

from vynexus_tui.domain.traces import Step, Trace
from vynexus_tui.mining.episode_growth import Episode, EpisodeGrower
from vynexus_tui.mining.filling import fill_inside
from vynexus_tui.mining.timeline import build_timeline

RELEASE = ["docker build --tag shop", "docker push --all-tags shop", "kubectl apply --filename shop.yaml", "notify --channel ops"]


def test_a_step_that_another_piece_holds_goes_to_the_routine_around_it():
    others = ["ls", "htop", "df -h", "free", "uptime", "date", "who", "jobs", "id", "w"]
    lines = [[*others[k % 5 : k % 5 + 3], *RELEASE, *others[::-1][k % 5 : k % 5 + 4]] for k in range(12)]
    traces = [Trace(session_id=f"s{k}", steps=tuple(Step(100 * k + n, text) for n, text in enumerate(row))) for k, row in enumerate(lines)]
    timeline = build_timeline(traces)
    at = {text: [i for i, step in enumerate(timeline.steps) if step.text == text] for text in RELEASE}
    around = [at[text] for text in (RELEASE[0], RELEASE[1], RELEASE[3])]
    routine = Episode(tuple(timeline.symbols[column[0]] for column in around), list(zip(*around, strict=True)))
    middle = [(i, i - 3) for i in at[RELEASE[2]]]
    piece = Episode(tuple(timeline.symbols[i] for i in middle[0]), [tuple(sorted(pair)) for pair in middle])
    for episode in (routine, piece):
        for occurrence in episode.occurrences:
            timeline.cover(occurrence)
    (filled,) = fill_inside([routine, piece], EpisodeGrower(timeline))
    assert [timeline.steps[i].text for i in filled.occurrences[0]] == RELEASE
    assert len(filled.occurrences) == 12
