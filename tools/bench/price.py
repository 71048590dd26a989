#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""price.py: what the samples of price.sh say.

    price.py SAMPLES [--write DIR]

SAMPLES has lines "sample BOOT WAY LOAD BYTES-EACH OPERATIONS NANOSECONDS ALONE NANOSECONDS",
see price/load.c.  Guests differ by more than ways do, so each sample is compared with the
unsigned one of its round in its guest, and the median of these ratios is what remains of
unsigned throughput.  Where the core was often enough not shared, only what was done then
counts.  Prints it; with --write also DIR/price.csv and DIR/price.svg (which needs
python3-matplotlib).
"""

import argparse
import collections
import csv
import itertools
import statistics
import sys

UNSIGNED = 'unsigned'
PART_ALONE = 1 / 16     # of the operations of a sample, for that part to stand for it
FEW_ALONE = 5           # rounds in which both that are compared have such a part


class Sample:
    """What a load came to in one round, in MB/s, or operations/s where no bytes go."""

    def __init__(self, size, num, ns, num_alone, ns_alone):
        each = size / 1e6 if size else 1
        self.rate = each * num * 1e9 / ns
        self.alone = each * num_alone * 1e9 / ns_alone if num_alone >= PART_ALONE * num else None


def read_samples(path):
    """{(load, way): {boot: [Sample]}}; {load: unit}."""
    samples = collections.defaultdict(lambda: collections.defaultdict(list))
    units = {}
    cpu = ''
    with open(path, encoding='utf-8') as lines:
        for line in lines:
            kind, _, rest = line.strip().partition(' ')
            if kind == 'cpu':
                cpu = rest
                continue
            boot, way, load, *numbers = rest.split()
            numbers = [int(number) for number in numbers]
            units[load] = 'MB/s' if numbers[0] else '1/s'
            samples[load, way][boot].append(Sample(*numbers))
    if not samples:
        sys.exit(f'{path}: no samples')
    return cpu, samples, units


def unique(values):
    return list(dict.fromkeys(values))


def quartiles(values):
    return statistics.quantiles(values, n=4) if len(values) > 1 else values * 3


def compare(signed, unsigned):
    """Rates, what they are of the unsigned ones, and how many of that are of a core not shared."""
    pairs = [pair for boot in signed for pair in zip(signed[boot], unsigned[boot])]
    alone = [(sample.alone, base.alone) for sample, base in pairs if sample.alone and base.alone]
    num_alone = len(alone) if len(alone) >= FEW_ALONE else 0
    rates = alone if num_alone else [(sample.rate, base.rate) for sample, base in pairs]
    return [rate for rate, _ in rates], [rate / base for rate, base in rates], num_alone


def rows(samples, units):
    loads, ways = (unique(key[i] for key in samples) for i in (0, 1))
    for load, way in itertools.product(loads, ways):
        rates, shares, num_alone = compare(samples[load, way], samples[load, UNSIGNED])
        low, middle, high = quartiles(shares)
        yield {'load': load, 'way': way, 'unit': units[load], 'samples': len(rates), 'alone': num_alone,
               'median': round(statistics.median(rates), 1),
               'of_unsigned': round(middle, 3), 'quarter_below': round(low, 3), 'quarter_above': round(high, 3)}


def print_table(cpu, samples, units):
    print(f'cifs.ko to ksmbd.ko by loopback on one processor, {cpu}\n')
    print(f"{'load':<16}{'way':<16}{'rate':>10}{'':6}{'of unsigned':>12}   half of the samples  samples   alone")
    before = None
    for row in rows(samples, units):
        print(f"{row['load'] if row['load'] != before else '':<16}{row['way']:<16}{row['median']:>10.0f} {row['unit']:<5}"
              f"{100 * row['of_unsigned']:>10.1f} %   {100 * row['quarter_below']:>6.1f} .. {100 * row['quarter_above']:.1f} %"
              f"{row['samples']:>10}{row['alone']:>8}")
        before = row['load']


def write_csv(samples, units, path):
    table = list(rows(samples, units))
    with open(path, 'w', encoding='utf-8', newline='') as out:
        writer = csv.DictWriter(out, table[0].keys(), lineterminator='\n')
        writer.writeheader()
        writer.writerows(table)


def write_plot(samples, units, path):
    import matplotlib
    matplotlib.use('svg')
    matplotlib.rcParams['svg.hashsalt'] = 'smbsign'
    from matplotlib import pyplot

    table = list(rows(samples, units))
    loads = unique(row['load'] for row in table)
    ways = unique(row['way'] for row in table)
    width = .8 / len(ways)
    figure, axes = pyplot.subplots(figsize=(11, 4.5))
    for i, way in enumerate(ways):
        low, middle, high = ([100 * row[column] for row in table if row['way'] == way]
                             for column in ('quarter_below', 'of_unsigned', 'quarter_above'))
        spread = [[m - l for l, m in zip(low, middle)], [h - m for m, h in zip(middle, high)]]
        axes.bar([n + i * width for n in range(len(loads))], middle, width, label=way,
                 yerr=spread, error_kw={'linewidth': .5})
    axes.set_xticks([n + .4 - width / 2 for n in range(len(loads))], loads, rotation=30, ha='right', fontsize=8)
    axes.axhline(90, color='grey', linewidth=.5, linestyle='--')
    axes.set_ylabel('% of unsigned')
    axes.set_title('What remains of throughput when SMB 3.1.1 is signed')
    axes.legend(fontsize=7, ncol=len(ways), loc='upper center', bbox_to_anchor=(.5, -.22))
    figure.tight_layout()
    figure.savefig(path, metadata={'Date': None})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('samples')
    parser.add_argument('--write', metavar='DIR')
    args = parser.parse_args()
    cpu, samples, units = read_samples(args.samples)
    print_table(cpu, samples, units)
    if args.write:
        write_csv(samples, units, f'{args.write}/price.csv')
        write_plot(samples, units, f'{args.write}/price.svg')


main()
