"""Runs one trial in a process of its own, so that it can be another user or stand in other namespaces. Request and answer: pickles."""

import pickle
import sys


def main() -> None:
    sys.path.insert(0, sys.argv[1])  # before an installed copy, which may be another version
    from vynexus_tui.sandbox.automation_sandbox import AutomationSandbox

    request = pickle.load(sys.stdin.buffer)
    sandbox = AutomationSandbox(
        request["settings"], home=request["home"], masked_paths=request["masked_paths"], cache_dir=request["cache_dir"]
    )
    if request["script"] is None:
        answer: object = sandbox.capability()
    else:
        on_output = (lambda text: print(text, file=sys.stderr, flush=True)) if request["echo"] else None
        answer = sandbox.run_trial(request["script"], on_output=on_output, **request["given"])
    pickle.dump(answer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
