#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""price.py: what the samples of price.sh say.

    price.py SAMPLES [--write DIR]

SAMPLES has lines "sample WAY LOAD OPERATIONS BYTES NANOSECONDS", of which the medians
count.  Prints throughput, and what remains of it where nothing is signed; with
--write also DIR/price.csv and DIR/price.svg (which needs python3-matplotlib).
"""

import argparse
import collections
import csv
import statistics
import sys

UNSIGNED = 'unsigned'


def read_samples(path):
    """{(way, load): [rate]}, in MB/s, or operations/s where no bytes go; {load: unit}."""
    rates = collections.defaultdict(list)
    units = {}
    cpu = ''
    with open(path, encoding='utf-8') as lines:
        for line in lines:
            kind, _, rest = line.strip().partition(' ')
            if kind == 'cpu':
                cpu = rest
                continue
            way, load, num, size, ns = rest.split()
            amount = int(size) / 1e6 if int(size) else int(num)
            units[load] = 'MB/s' if int(size) else '1/s'
            rates[way, load].append(amount * 1e9 / int(ns))
    if not rates:
        sys.exit(f'{path}: no samples')
    return cpu, rates, units


def unique(values):
    return list(dict.fromkeys(values))


def rows(rates, units):
    for load in unique(load for _, load in rates):
        unsigned = rates.get((UNSIGNED, load))
        for way in unique(way for way, _ in rates):
            values = sorted(rates[way, load])
            median = statistics.median(values)
            yield {'load': load, 'way': way, 'unit': units[load],
                   'median': round(median, 1), 'least': round(values[0], 1), 'most': round(values[-1], 1),
                   'of_unsigned': round(median / statistics.median(unsigned), 3) if unsigned else ''}


def print_table(cpu, rates, units):
    num = max(len(values) for values in rates.values())
    print(f'cifs.ko to ksmbd.ko by loopback on one processor, {cpu}\nmedians of {num} rounds in which all take turns\n')
    print(f"{'load':<16}{'way':<16}{'rate':>10}{'':6}{'of unsigned':>12}   from .. to")
    before = None
    for row in rows(rates, units):
        share = f"{100 * row['of_unsigned']:.1f} %" if row['of_unsigned'] else ''
        print(f"{row['load'] if row['load'] != before else '':<16}{row['way']:<16}{row['median']:>10.0f} {row['unit']:<5}{share:>12}"
              f"   {row['least']:.0f} .. {row['most']:.0f}")
        before = row['load']


def write_csv(rates, units, path):
    table = list(rows(rates, units))
    with open(path, 'w', encoding='utf-8', newline='') as out:
        writer = csv.DictWriter(out, table[0].keys(), lineterminator='\n')
        writer.writeheader()
        writer.writerows(table)


def write_plot(rates, units, path):
    import matplotlib
    matplotlib.use('svg')
    matplotlib.rcParams['svg.hashsalt'] = 'smbsign'
    from matplotlib import pyplot

    table = list(rows(rates, units))
    loads = unique(row['load'] for row in table)
    ways = unique(row['way'] for row in table)
    width = .8 / len(ways)
    figure, axes = pyplot.subplots(figsize=(11, 4.5))
    for i, way in enumerate(ways):
        shares = [100 * (row['of_unsigned'] or 0) for row in table if row['way'] == way]
        axes.bar([n + i * width for n in range(len(loads))], shares, width, label=way)
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
    cpu, rates, units = read_samples(args.samples)
    print_table(cpu, rates, units)
    if args.write:
        write_csv(rates, units, f'{args.write}/price.csv')
        write_plot(rates, units, f'{args.write}/price.svg')


main()
