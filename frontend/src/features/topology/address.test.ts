import { describe, expect, it } from 'vitest';

import { decodeTopologyView, DEFAULT_VIEW, otherDiagram, topologyAddress, withTopologyView } from './address';
import type { TopologyView } from './address';
import { afterSteps, cleanSteps, netChange } from './steps';

const FULL: TopologyView = {
  tab: 'ties',
  of: 'CKT-1-01',
  selected: 'SW-1-01-0002',
  ask: 'ISOLATION',
  positions: 'NORMAL',
  basis: 'PEAK',
  isWhole: true,
  unfolded: ['LINE-1-01-0003'],
  steps: [
    { switchId: 'SW-1-01-0002', opens: true },
    { switchId: 'SW-2-01-0009', opens: false },
  ],
};

describe('the address of the topology', () => {
  it('says all that is shown, and keeps what is not its own', () => {
    const search = withTopologyView('?kind=LOOP', FULL);
    expect(search).toBe(
      '?kind=LOOP&tab=ties&of=CKT-1-01&sel=SW-1-01-0002&ask=ISOLATION&positions=normal&load=peak&detail=sections' +
        '&unfold=LINE-1-01-0003&do=open~SW-1-01-0002,close~SW-2-01-0009',
    );
    expect(decodeTopologyView(search)).toEqual(FULL);
    expect(withTopologyView('', DEFAULT_VIEW)).toBe('');
    expect(topologyAddress('CKT-1-01', 'SW-1-01-0002')).toBe('/topology?of=CKT-1-01&sel=SW-1-01-0002');
  });

  it('keeps the study where one goes on to another diagram', () => {
    expect(otherDiagram(withTopologyView('?kind=LOOP', FULL), 'CKT-2-01')).toBe(
      '/topology?of=CKT-2-01&positions=normal&load=peak&detail=sections&do=open~SW-1-01-0002,close~SW-2-01-0009',
    );
  });

  it('drops what is malformed', () => {
    expect(decodeTopologyView('?tab=x&of=<b>&sel=1&ask=DROP&do=burn~SW-1,open~,open~SW-1~2&unfold=a,b&positions=odd')).toEqual(DEFAULT_VIEW);
    const many = Array.from({ length: 60 }, (_, i) => `open~SW-${i}`).join(',');
    expect(decodeTopologyView(`?do=${many}`).steps).toHaveLength(50);
  });
});

describe('steps of a study', () => {
  const steps = [
    { switchId: 'A-1', opens: true },
    { switchId: 'A-2', opens: false },
    { switchId: 'A-1', opens: false },
  ];

  it('come to what is otherwise in the end', () => {
    expect([...afterSteps(new Set(['A-2']), steps.slice(0, 2))]).toEqual(['A-1']);
    const known = new Set(['A-1', 'A-2']);
    expect(netChange(new Set(['A-2']), known, steps.slice(0, 2))).toEqual({ opened: ['A-1'], closed: ['A-2'] });
    expect(netChange(new Set(['A-2']), known, steps)).toEqual({ opened: [], closed: ['A-2'] });
    expect(netChange(new Set(), new Set(), [{ switchId: 'B-9', opens: false }])).toEqual({ opened: [], closed: ['B-9'] });
  });

  it('leave out what repeats the step before', () => {
    expect(cleanSteps([...steps, { switchId: 'A-1', opens: false }])).toEqual(steps);
  });
});
