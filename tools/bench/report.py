#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""report.py: what the samples of bench.sh say.

    report.py SAMPLES [--write DIR]

SAMPLES has lines "sample ALGORITHM JOB WHERE BYTES WAY CYCLES*100 FLOOD", of which
the medians count, of those that had the core for themselves if there are a few of
them; and what smbsign_bench.ko says of the clock and of who takes part.
Prints a table for each algorithm; with --write also DIR/signing.csv and the plots
DIR/*.svg (which needs python3-matplotlib).

Cycles are those of the core, at the frequency that it ran at just then.
"""

import argparse
import collections
import csv
import re
import statistics
import sys

ALGS = ('aes-gmac', 'aes-cmac', 'hmac-sha256')
JOBS = ('sign', 'latency', 'verify', 'batch', 'mixed')
LENS = (128, 4096, 65536, 1048576)
REFERENCES = ('stock', 'driver')
PEERS = ('openssl', 'gnutls', 'ipsec-mb')

# Cycles per byte that no code can go below on cores like the one that the figures
# were measured on, for one message and for many side by side: the latency of
# AESENC and of SHA-NI, the throughput of VPCLMULQDQ, VAES and AVX-512.  The text
# in Documentation/performance derives them.
LIMITS = {'aes-gmac': (0.0547, 0.0547), 'aes-cmac': (1.875, 0.156), 'hmac-sha256': (2.0, 0.83)}

# So many samples that had the core for themselves make a median without the others.
FEW_QUIET = 3

Key = collections.namedtuple('Key', 'alg job where len way')


class Samples:
    """The lines of a run."""

    def __init__(self, path):
        taken = collections.defaultdict(list)
        self.about = collections.OrderedDict()
        self.sections = collections.defaultdict(list)
        percent = []
        with open(path, encoding='utf-8') as lines:
            for line in lines:
                word = line.split()
                if word[0] == 'sample':
                    key = Key(*word[1:4], int(word[4]), word[5])
                    taken[key].append((int(word[6]) / 100, int(word[7])))
                elif word[0] == 'section':
                    self.sections[word[1], word[2]].append(int(word[3]))
                elif word[0] == 'core:':
                    percent.append(int(word[1]))
                elif word[0] == 'clock:':
                    self.about['clock'] = int(word[1])
                elif word[0] in ('stock', 'driver', 'engine', 'cpu', 'kernel', 'version'):
                    name, _, value = line.strip().partition(': ' if ': ' in line else ' ')
                    self.about[name] = value
        if not taken:
            sys.exit(f'{path}: no samples')
        self.keep_quiet(taken)
        if 'clock' not in self.about:
            sys.exit(f'{path}: no clock')
        self.core = statistics.median(percent) / 100 if percent else 1

    def keep_quiet(self, taken):
        """See quiet.h: of a core that is not shared the flood is hardly ever more than the least of all.
        Which is less where both chains were interrupted, so it is one in a hundred that tells."""
        floods = sorted(flood for samples in taken.values() for _, flood in samples)
        most = floods[len(floods) // 100] * 1.05
        self.values, self.alone = {}, {}
        for key, samples in taken.items():
            quiet = [cycles for cycles, flood in samples if flood <= most]
            self.alone[key] = len(quiet) if len(quiet) >= FEW_QUIET else 0
            self.values[key] = quiet if self.alone[key] else [cycles for cycles, _ in samples]

    def ghz(self):
        """Of the core."""
        return self.about['clock'] * self.core / 1000

    def cycles(self, key):
        """Median for one PDU, in cycles of the core, or None."""
        values = self.values.get(key)
        return statistics.median(values) if values else None

    def spread(self, key):
        """Half of the samples are within this part of the median."""
        values = sorted(self.values[key])
        return (values[len(values) * 3 // 4] - values[len(values) // 4]) / statistics.median(values)

    def ways(self):
        """References first, then engines, then peers."""
        seen = {key.way for key in self.values}
        engines = [name.split()[1] for name in self.about if name.startswith('engine ')]
        return [way for way in (*REFERENCES, *engines, *PEERS) if way in seen]

    def engines(self):
        return [way for way in self.ways() if way not in REFERENCES + PEERS]


def mean_len(job, length):
    """Bytes of an average PDU; see pdu.c of the benchmark."""
    if job != 'mixed':
        return length
    return sum(max(length * (i + 1) // 16, 80) for i in range(16)) / 16


def limit(alg, job):
    return LIMITS[alg][job in ('batch', 'mixed')]


def size_name(length):
    if length >= 1 << 20:
        return f'{length >> 20} MiB'
    return f'{length >> 10} KiB' if length >= 1024 else f'{length} B'


def rows(samples):
    """One for each median, as in the CSV."""
    for alg in ALGS:
        for job in JOBS:
            for where in ('process', 'softirq'):
                for length in LENS:
                    for way in samples.ways():
                        row = make_row(samples, Key(alg, job, where, length, way))
                        if row:
                            yield row


def make_row(samples, key):
    cycles = samples.cycles(key)
    if cycles is None:
        return None
    per_byte = cycles / mean_len(key.job, key.len)
    row = {'algorithm': key.alg, 'job': key.job, 'context': key.where, 'bytes': key.len, 'way': key.way,
           'cycles_per_pdu': round(cycles, 1), 'cycles_per_byte': round(per_byte, 4),
           'gb_per_s': round(samples.ghz() / per_byte, 3), 'of_limit': round(per_byte / limit(key.alg, key.job), 2),
           'spread': round(samples.spread(key), 3), 'alone': samples.alone[key]}
    for reference in (*REFERENCES, *PEERS):
        other = samples.cycles(key._replace(way=reference))
        if other is None:
            other = samples.cycles(key._replace(way=reference, where='process'))
        row['x_' + reference] = round(other / cycles, 2) if other else ''
    return row


def print_about(samples):
    print(f"smbsign {samples.about.get('version', '')} on {samples.about.get('kernel', '')}, {samples.about.get('cpu', '')}")
    print(f"medians of {max(len(v) for v in samples.values.values())} rounds in which all take turns; "
          f"cycles of the core at {samples.ghz():.2f} GHz\n")
    for name, value in samples.about.items():
        if name.split()[0] in ('stock', 'driver', 'engine'):
            print(f'  {name}: {value}')
    print('''
  sign     one PDU after the other: a header and a piece for each page behind it
  latency  each PDU has the signature of the one before it in it
  verify   stock: with the transform that cifs.ko allocates for it
  batch    smbsign_batch() of 16 PDUs with as many keys; mixed: of many lengths
  stock    setkey, init, updates, final, for GMAC by AES-CMAC: all that there is
  driver   the kernel's own driver, its key set once; GMAC by gcm(aes)
  /byte    cycles for a byte; x: that of stock, of driver in units of this, in
           process context where there is none in softirq
  limit    how many times the least that the instructions can do''')
    if samples.about.get('kernel', '').startswith('uml'):
        print('\nUnder User Mode Linux kernel_fpu_begin() and kernel_fpu_end() cost nothing.')
    else:
        print('\nThe processor is emulated: no real one is as fast, or as slow, at these.')


def print_table(samples, alg):
    print(f"\n{alg:<26}{'way':<13}{'cycles':>11}{'/byte':>9}{'GB/s':>9}{'limit':>8}{'x stock':>9}{'x driver':>9}")
    before = None
    for row in rows(samples):
        if row['algorithm'] != alg:
            continue
        what = f"{row['job']:<8}{row['context']:<8}{size_name(row['bytes']):>8}"
        print(f"{what if what != before else '':<26}{row['way']:<13}{row['cycles_per_pdu']:>11.0f}{row['cycles_per_byte']:>9.3f}"
              f"{row['gb_per_s']:>9.2f}{row['of_limit']:>8.2f}{row['x_stock']:>9}{row['x_driver']:>9}")
        before = what


def print_sections(samples):
    """The FPU is held for a section of one engine and primitive at a time."""
    if not samples.sections:
        return
    print('\nThe longest time for which the FPU is held, in microseconds at the clock of this machine:')
    for (engine, primitive), values in samples.sections.items():
        print(f"  {engine:<13}{primitive:<14}{statistics.median(values) / samples.about['clock']:>6.2f}")


def print_noise(samples):
    shared = [key for key in samples.values if not samples.alone[key]]
    if shared:
        print(f'\nThe core was never ours alone for {len(shared)} of {len(samples.values)} medians.')
    noisy = [key for key in samples.values if samples.spread(key) > .2]
    if len(noisy) > len(samples.values) / 20:
        print(f'\nThe machine was busy: {len(noisy)} of {len(samples.values)} medians are of samples that differ '
              'by more than 20 %.')


def write_csv(samples, path):
    table = list(rows(samples))
    with open(path, 'w', encoding='utf-8', newline='') as out:
        writer = csv.DictWriter(out, table[0].keys(), lineterminator='\n')
        writer.writeheader()
        writer.writerows(table)


def plot_bars(samples, path, title, unit, groups, value):
    """Bars for each way in each group (name, key without way)."""
    import matplotlib
    matplotlib.use('svg')
    matplotlib.rcParams['svg.hashsalt'] = 'smbsign'
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(10, 4.5))
    ways = samples.ways()
    width = .8 / len(ways)
    for i, way in enumerate(ways):
        heights = [value(key._replace(way=way)) or 0 for _, key in groups]
        bars = axes.bar([g + i * width for g in range(len(groups))], heights, width, label=way)
        axes.bar_label(bars, [f'{h:.3g}' if h else '' for h in heights], rotation=90, fontsize=6, padding=2)
    axes.set_yscale('log')
    axes.margins(y=.15)
    axes.set_xticks([g + .4 - width / 2 for g in range(len(groups))], [name for name, _ in groups])
    axes.set_ylabel(unit)
    axes.set_title(title)
    axes.legend(fontsize=7, ncol=len(ways), loc='upper center', bbox_to_anchor=(.5, -.08))
    figure.tight_layout()
    figure.savefig(path, metadata={'Date': None})
    pyplot.close(figure)


def write_plots(samples, folder):
    def per_byte(key):
        cycles = samples.cycles(key)
        return cycles / mean_len(key.job, key.len) if cycles else None

    def key(alg, job, length):
        return Key(alg, job, 'process', length, '')

    for alg in ALGS:
        plot_bars(samples, f'{folder}/{alg}.svg', f'Signing one PDU, {alg}', 'cycles per byte',
                  [(size_name(n), key(alg, 'sign', n)) for n in LENS], per_byte)
    plot_bars(samples, f'{folder}/small.svg', 'A PDU of 128 bytes: back to back, and the time until its signature is there',
              'cycles', [(f'{alg}\n{job}', key(alg, job, 128)) for alg in ALGS for job in ('sign', 'latency')],
              samples.cycles)
    plot_bars(samples, f'{folder}/batch.svg', '16 PDUs in one call, each with another key', 'cycles per byte',
              [(f'{alg}\n{job} {size_name(n)}', key(alg, job, n)) for alg in ALGS for job, n in
               (('batch', 128), ('batch', 65536), ('mixed', 65536))], per_byte)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('samples')
    parser.add_argument('--write', metavar='DIR')
    args = parser.parse_args()
    samples = Samples(args.samples)
    print_about(samples)
    for alg in ALGS:
        print_table(samples, alg)
    print_sections(samples)
    print_noise(samples)
    if args.write:
        write_csv(samples, f'{args.write}/signing.csv')
        write_plots(samples, args.write)


main()
