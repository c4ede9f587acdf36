#!/usr/bin/python3
"""Fuzzes all targets of a build folder made with -Dfuzz=true, some at once, each for its share of the time.

    tests/fuzz/run.py BUILD --seconds N [TARGET]...

N is what all cores together spend. Inputs that reach new code are kept in BUILD/found/TARGET, failures in
BUILD/found/TARGET-*: tests/fuzz/corpus/TARGET is where a failure's input goes once it is understood, named for what it
shows.
"""
import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys

CORPUS = pathlib.Path(__file__).resolve().parent / 'corpus'
LEAST_SECONDS = 5
INPUT_SECONDS = 10      # one input that takes longer is a failure
MEMORY_MB = 2048


def fuzz(program, found, seconds):
    name = program.name.removeprefix('fuzz_')
    (found / name).mkdir(parents=True, exist_ok=True)
    with open(found / f'{name}.log', 'w', encoding='utf-8') as log:
        status = subprocess.run(
            [program, f'-max_total_time={seconds}', f'-timeout={INPUT_SECONDS}', f'-rss_limit_mb={MEMORY_MB}',
             '-print_final_stats=1', f'-artifact_prefix={found}/{name}-', found / name, CORPUS / name],
            stdout=log, stderr=log, check=False).returncode
    return name, status, (found / f'{name}.log').read_text(encoding='utf-8', errors='replace')


def executions(log):
    for line in log.splitlines():
        if line.startswith('stat::number_of_executed_units:'):
            return int(line.split()[-1])
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('build', type=pathlib.Path)
    parser.add_argument('--seconds', type=int, required=True)
    parser.add_argument('targets', nargs='*')
    options = parser.parse_intermixed_args()
    build = options.build.resolve()
    programs = [path for path in sorted((build / 'tests' / 'fuzz').glob('fuzz_*'))
                if path.is_file() and (not options.targets or path.name.removeprefix('fuzz_') in options.targets)]
    if not programs:
        sys.exit('fuzz: no such targets')
    cores = os.cpu_count() or 1
    share = max(LEAST_SECONDS, options.seconds // len(programs))
    failed = []
    with concurrent.futures.ThreadPoolExecutor(cores) as pool:
        for name, status, log in pool.map(lambda program: fuzz(program, build / 'found', share), programs):
            print(f'{name}: {executions(log)} inputs in {share} s' + ('' if status == 0 else ', FAILED'), flush=True)
            if status != 0:
                failed.append(name)
                print('\n'.join(log.splitlines()[-60:]), flush=True)
    sys.exit(f'fuzz: failures of {", ".join(failed)}; their inputs are in {build}/found' if failed else 0)


if __name__ == '__main__':
    main()
