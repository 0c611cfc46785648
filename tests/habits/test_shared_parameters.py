"""What varies together is one parameter, also where it is only a part of a word."""

from tests.habits.typed_history import Person, mine, spelled

VERSIONS = ["1.4.0", "1.4.1", "1.5.0", "2.0.0", "2.0.3", "2.1.0", "3.0.0", "3.2.1"]
FILES = ["talk/intro.md", "talk/demo.md", "papers/graphs.md", "papers/trees.md", "letters/bank.md", "letters/aunt.md", "notes/rust.md"]


def test_a_version_after_a_letter_is_the_same_version():
    person = Person(1)
    for version in VERSIONS:
        with person.sitting():
            person.does("release", f"npm version {version} --no-git-tag-version", f"git tag v{version}", f"git push origin v{version}")
    (pattern,) = person.habits()
    assert spelled(pattern) == ["npm version {1} --no-git-tag-version", "git tag v{1}", "git push origin v{1}"]
    assert [(a, b) for a, b, _ in pattern.bindings] == [(0, 1), (0, 2)]
    assert sorted(o.slot_values[pattern.parameter_names[0]] for o in pattern.occurrences) == VERSIONS


def test_a_name_within_a_tag_is_the_same_name():
    person = Person(2)
    for k, name in enumerate(["cart", "search", "mailer", "billing", "cart", "audit", "search", "queue"]):
        image = f"registry.lan/{name}:{VERSIONS[k]}"
        with person.sitting():
            person.does(
                "ship", f"docker build -t {image} services/{name}", f"docker push {image}", f"kubectl set image deploy/{name} app={image}"
            )
    (pattern,) = person.habits()
    assert spelled(pattern) == [
        "docker build -t registry.lan/{1}:{2} services/{1}",
        "docker push registry.lan/{1}:{2}",
        "kubectl set image deploy/{1} app=registry.lan/{1}:{2}",
    ]


def test_a_file_without_its_ending_is_the_same_file():
    person = Person(3)
    for file in FILES:
        stem = file.removesuffix(".md")
        with person.sitting():
            person.does("print", f"pandoc {file} -o {stem}.pdf", f"pdfcrop {stem}.pdf", f"lp -d office {stem}.pdf")
    (pattern,) = person.habits()
    assert spelled(pattern) == ["pandoc {1}.md -o {1}.pdf", "pdfcrop {1}.pdf", "lp -d office {1}.pdf"]


def test_a_file_without_its_folder_is_bound_to_the_path():
    person = Person(4)
    for file in FILES:
        with person.sitting():
            person.does("share", f"scp {file} web:/srv/inbox/", f"ssh web process-upload {file.rpartition('/')[2]}")
    (pattern,) = person.habits()
    name = set(pattern.parameter_names[-1:])
    used = [{slot.name for slot in step.slots} for step in pattern.steps]
    assert used[0] & used[1] == name
    assert spelled(pattern)[1] in ("ssh web process-upload {2}", "ssh web process-upload {2}.md")


def test_values_that_only_sometimes_agree_are_two_parameters():
    person = Person(5)
    hosts = ["web1", "web2", "db1", "db2", "web3", "db3", "web4", "db4"]
    for k, host in enumerate(hosts):
        with person.sitting():
            person.does("move", f"rsync -a data/ {host}:/data", f"ssh {hosts[(k * 3 + 1) % 8]} systemctl restart importer")
    (pattern,) = person.habits()
    assert spelled(pattern) == ["rsync -a data/ {1}:/data", "ssh {2} systemctl restart importer"]


def test_sharing_is_seen_in_a_history_without_times_too():
    person = Person(6)
    for version in VERSIONS:
        with person.sitting(noise=30):
            person.does("release", f"npm version {version} --no-git-tag-version", f"git tag v{version}", f"git push origin v{version}")
    (pattern,) = mine(person.without_times(), now=person.now)
    assert spelled(pattern) == ["npm version {1} --no-git-tag-version", "git tag v{1}", "git push origin v{1}"]


def test_a_value_that_never_varies_is_written_out():
    person = Person(7)
    for k in range(8):
        with person.sitting():
            person.does("release", f"helm upgrade shop charts/shop --set image.tag={k}f3a{k}", "helm history shop --max 3")
    (pattern,) = person.habits()
    assert spelled(pattern) == ["helm upgrade shop charts/shop --set image.tag={1}", "helm history shop --max 3"]


def test_a_run_with_a_step_left_out_tells_its_values_too():
    person = Person(8)
    for k, version in enumerate(VERSIONS):
        steps = [f"npm version {version} --no-git-tag-version", f"git tag v{version}", f"git push origin v{version}"]
        with person.sitting():
            person.does("release", *(steps if k != 4 else [steps[0], steps[2]]))
    (pattern,) = person.habits()
    assert pattern.occurrence_count == len(VERSIONS)
    assert sorted(o.slot_values.get(pattern.parameter_names[0], "") for o in pattern.occurrences) == VERSIONS
