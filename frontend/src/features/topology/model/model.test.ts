import { describe, expect, it } from 'vitest';

import { feeder, OTHER, OWN, recordsOf } from '../testFeeder';

import { contract } from './contract';
import type { Item, Spot } from './contract';
import { neighbourOf, shortId } from './records';
import { openSwitches, supplyOf } from './supply';
import { growTrees } from './tree';

function items(spot: Spot): Item[] {
  return spot.links.flatMap(({ item, to }) => [item, ...items(to)]);
}

function firstTree(records = feeder(), single: ReadonlySet<string> = new Set()): Item[] {
  const [tree] = growTrees(records);
  if (tree === undefined) throw new Error('no tree');
  return items(contract(tree, single));
}

function run(list: readonly Item[], key: string) {
  const item = list.find((each) => each.key === key);
  if (item?.kind !== 'run') throw new Error(`no run ${key}`);
  return item;
}

describe('the tree of a circuit', () => {
  it('draws from switch to switch in one run, with what branches off and has no switch', () => {
    const list = firstTree();
    expect(list.map(({ key }) => key)).toEqual([
      'SW-1-01-0001',
      'LINE-1-01-0001',
      'SW-1-01-0003',
      'LINE-1-01-0006',
      'SW-2-01-0004',
      'SW-1-01-0002',
      'LINE-1-01-0003',
    ]);
    const trunk = run(list, 'LINE-1-01-0001');
    expect(trunk.sections.map(({ assetId }) => assetId)).toEqual(['LINE-1-01-0001', 'LINE-1-01-0002']);
    const lateral = run(list, 'LINE-1-01-0003');
    expect(lateral.sections).toHaveLength(3);
    expect(lateral.units.map(({ ratedKva }) => ratedKva).toSorted((a, b) => a - b)).toEqual([25, 25, 50]);
  });

  it('draws every section and transformer once, whatever is drawn together', () => {
    const records = feeder();
    for (const single of [[], ['LINE-1-01-0004'], records.sections.map(({ assetId }) => assetId)]) {
      const list = firstTree(records, new Set(single));
      const sections = list.flatMap((item) => (item.kind === 'run' ? item.sections.map(({ assetId }) => assetId) : []));
      const units = list.flatMap((item) => (item.kind === 'run' ? item.units.map(({ assetId }) => assetId) : []));
      expect(sections.toSorted()).toEqual(records.sections.map(({ assetId }) => assetId));
      expect(units.toSorted()).toEqual(records.units.map(({ assetId }) => assetId));
      for (const id of single) expect(run(list, id).sections).toHaveLength(1);
    }
  });

  it('ends at a tie, and says which circuit is behind it', () => {
    const tie = firstTree().find(({ key }) => key === 'SW-2-01-0004');
    expect(tie).toMatchObject({ kind: 'switch', end: 'foreign' });
    if (tie?.kind !== 'switch') throw new Error('no tie');
    expect(neighbourOf(tie.switch, OWN.assetId)).toEqual(OTHER);
    expect(neighbourOf(tie.switch, OTHER.assetId)).toEqual(OWN);
  });

  it('draws a ring open, and what is joined to nothing apart', () => {
    const records = recordsOf([
      { kind: 'BREAKER', from: 'SUB-1', to: 'A' },
      { kind: 'LINE', from: 'A', to: 'B' },
      { kind: 'LINE', from: 'B', to: 'C' },
      { kind: 'SECTIONALIZER', from: 'C', to: 'A', isOpen: true },
      { kind: 'LINE', from: 'Y', to: 'Z', kva: 25 },
    ]);
    const trees = growTrees(records);
    expect(trees.map(({ node }) => node)).toEqual(['SUB-1', 'Y']);
    expect(firstTree(records).find(({ key }) => key === 'SW-1-01-0002')).toMatchObject({ end: 'ring' });
  });

  it('keeps what hangs right behind a switch', () => {
    const list = firstTree(recordsOf([{ kind: 'BREAKER', from: 'SUB-1', to: 'A', kva: 50 }]));
    expect(run(list, 'A').units).toHaveLength(1);
  });

  it('shortens ids of its own circuit alone', () => {
    expect(shortId('SW-40865-03-0002', 'CKT-40865-03')).toBe('SW 0002');
    expect(shortId('SW-40747-05-0009', 'CKT-40865-03')).toBe('SW-40747-05-0009');
  });
});

describe('supply', () => {
  const records = feeder();
  const at = (offNormal: string[], node: string) => supplyOf(records, openSwitches(records, offNormal)).get(node);

  it('follows closed switches from the substation', () => {
    expect(['A', 'C', 'E', 'H'].map((node) => at([], node))).toEqual(['OWN', 'OWN', 'OWN', 'OWN']);
    expect(['C', 'H', 'D', 'E'].map((node) => at(['SW-1-01-0003'], node))).toEqual(['OWN', 'OWN', 'NONE', 'NONE']);
  });

  it('comes through closed ties, and from both in a loop', () => {
    expect(['C', 'E'].map((node) => at(['SW-1-01-0003', 'SW-2-01-0004'], node))).toEqual(['OWN', 'TIED']);
    expect(['A', 'E'].map((node) => at(['SW-2-01-0004'], node))).toEqual(['BOTH', 'BOTH']);
  });

  it('takes no notice of switches of elsewhere', () => {
    expect(openSwitches(records, ['SW-9-09-0001'])).toEqual(new Set(['SW-2-01-0004']));
  });
});
