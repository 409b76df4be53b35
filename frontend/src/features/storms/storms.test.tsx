import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';

import { accessibilityFaults } from '../../../tests/axe';
import { mockClient, renderWith } from '../../../tests/mockClient';

import { periodProblem } from './PeriodForm';
import { stepsPath } from './ReplayCurve';
import { ReplayView } from './ReplayView';
import { StormList } from './StormList';
import { decodeReplay, withReplay } from './address';
import { activeAt, radiusPx, replayLayers } from './layers';
import type { ReplayedOutage, StormReplay } from './queries';
import { curveOf, customersOutAt, momentAt, playedOf, weatherAt } from './timeline';

const START = Date.parse('2026-05-04T05:00:00Z');
const MINUTE = 60_000;
const iso = (minute: number): string => new Date(START + minute * MINUTE).toISOString();

type Spell = readonly [began: number, ended: number | null, customers: number];

function outage(id: string, spells: readonly Spell[] | null, change: Partial<ReplayedOutage> = {}): ReplayedOutage {
  const ends = (spells ?? []).map(([, ended]) => ended);
  return {
    outageId: id,
    isCached: false,
    circuitId: 'CKT-A',
    deviceKind: 'SWITCH',
    deviceId: 'SW-1',
    causeCode: 'WIND',
    beganAt: iso(Math.min(...(spells ?? [[0]]).map(([began]) => began))),
    restoredAt: ends.length === 0 || ends.includes(null) ? null : iso(Math.max(...ends.map(Number))),
    lon: -95.4,
    lat: 29.8,
    customers: spells === null ? null : spells.reduce((sum, [, , customers]) => sum + customers, 0),
    losses: spells?.map(([began, , customers]) => ({ at: iso(began), customers })) ?? null,
    steps: spells?.flatMap(([, ended, customers]) => (ended === null ? [] : [{ restoredAt: iso(ended), customersRestored: customers }])) ?? null,
    ...change,
  };
}

/** The same numbers every time; mulberry32. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

describe('customers out', () => {
  it.each([1, 2, 3, 4, 5, 6])('are those whose minutes are marked one by one (%i)', (seed) => {
    const draw = numbers(seed);
    const last = 300;
    const all = Array.from({ length: 15 }, (): Spell[] =>
      Array.from({ length: 1 + draw(4) }, (): Spell => {
        const began = draw(last) - 60;
        return [began, draw(5) === 0 ? null : began + 1 + draw(200), draw(30)];
      }),
    );
    const expected = new Array<number>(last + 1).fill(0);
    for (const [began, ended, customers] of all.flat()) {
      for (let at = Math.max(0, began); at <= last && at < (ended ?? Infinity); at += 1) expected[at] = (expected[at] ?? 0) + customers;
    }
    const played = playedOf(all.map((spells, i) => outage(`OUT-${i}`, spells)));
    const minutes = expected.map((_, at) => at);
    expect(minutes.map((at) => momentAt(played, START + at * MINUTE).customersOut)).toEqual(expected);
    const curve = curveOf(played, START, START + last * MINUTE);
    expect(minutes.map((at) => curve.findLast(({ atMs }) => atMs <= START + at * MINUTE)?.customersOut)).toEqual(expected);
    // Whoever lost supply is out or back.
    for (const at of minutes) {
      const moment = momentAt(played, START + at * MINUTE);
      expect(moment.interrupted - moment.restored).toBe(moment.customersOut);
    }
  });

  it('are back at the moment of their step', () => {
    const [played] = playedOf([outage('OUT-1', [[0, 10, 3], [0, 20, 4]])]);
    if (played === undefined) throw new Error('There is one.');
    expect([-1, 0, 9, 10, 19, 20].map((at) => customersOutAt(played, START + at * MINUTE))).toEqual([0, 7, 7, 4, 4, 0]);
  });

  it('stay unknown where they are not on record, and are counted as such', () => {
    const unknown = outage('OUT-2', null, { beganAt: iso(5), restoredAt: iso(15) });
    const played = playedOf([outage('OUT-1', [[0, 10, 3]]), unknown]);
    const at = (minute: number) => momentAt(played, START + minute * MINUTE);
    expect([at(4), at(5), at(15)].map(({ unknownCount }) => unknownCount)).toEqual([0, 1, 0]);
    expect(at(5).active.map(({ customersOut }) => customersOut)).toEqual([3, null]);
    expect([at(5).customersOut, at(15).endedCount]).toEqual([3, 2]);
  });
});

describe('the address of a replay', () => {
  const period = { startMs: START, endMs: START + 3_600_000 };

  it('comes out as it went in, and leaves the rest alone', () => {
    const momentMs = START + 600_000;
    const search = withReplay('?tab=replay&at=1,2,3', { period, momentMs });
    expect(search).toBe('?tab=replay&at=1,2,3&replay=2026-05-04T05:00Z,2026-05-04T06:00Z&moment=2026-05-04T05:10Z');
    expect(decodeReplay(search)).toEqual({ period, momentMs });
    expect(withReplay(search, { period: null, momentMs: null })).toBe('?tab=replay&at=1,2,3');
  });

  it('drops what is malformed', () => {
    for (const text of ['?replay=x', '?replay=2026-05-04T05:00Z', '?replay=2026-05-04T06:00Z,2026-05-04T05:00Z']) expect(decodeReplay(text).period).toBeNull();
    expect(decodeReplay('?replay=2026-05-04T05:00Z,2026-05-04T06:00Z&moment=2026-05-05T05:00Z').momentMs).toBeNull();
  });
});

it('a time is refused that is backwards or too long', () => {
  const day = 86_400_000;
  expect([periodProblem(0, 31 * day), periodProblem(Number.NaN, 1)]).toEqual([null, null]);
  expect(periodProblem(day, day)).toMatch(/after the start/);
  expect(periodProblem(0, 31 * day + 1)).toMatch(/at most 31 days/);
});

it('the curve is a step function', () => {
  expect(stepsPath([{ atMs: 0, customersOut: 0 }, { atMs: 5, customersOut: 10 }], 10, (ms) => ms, 10)).toBe('M0 100L0 100H5 V6H10V100Z');
});

it('the weather is that of the hour, or none', () => {
  const hours = [{ at: iso(0) }, { at: iso(120) }];
  expect([0, 59, 60, 120].map((minute) => weatherAt(hours, START + minute * MINUTE)?.at)).toEqual([iso(0), iso(0), undefined, iso(120)]);
});

describe('on the map', () => {
  const played = playedOf([
    outage('OUT-1', [[0, 10, 3]]),
    outage('OUT-2', [[0, 60, 400]], { lon: -95.2 }),
    outage('OUT-3', [[0, 60, 5]], { lon: null, lat: null }),
  ]);
  const style = { zoom: 10, scheme: 'dark', placement: {} } as const;

  it('outages in force have their size, those over are dots, those without a place are not drawn', () => {
    const atMs = START + 20 * MINUTE;
    const [over, active] = replayLayers(played, momentAt(played, atMs), atMs, style);
    const idsOf = (layer: unknown) => (layer as { props: { data: { length: number } } }).props.data.length;
    expect([idsOf(over), idsOf(active)]).toEqual([1, 1]);
    expect(radiusPx(400)).toBeGreaterThan(radiusPx(40));
  });

  it('the nearest is found under the pointer while it is in force', () => {
    const moment = momentAt(played, START + 5 * MINUTE);
    expect(activeAt(moment, { lng: -95.2, lat: 29.8, zoom: 10 })?.played.outage.outageId).toBe('OUT-2');
    expect(activeAt(moment, { lng: -95.3, lat: 29.8, zoom: 10 })).toBeNull();
    expect(activeAt(momentAt(played, START + 60 * MINUTE), { lng: -95.2, lat: 29.8, zoom: 10 })).toBeNull();
  });
});

const RULE = { __typename: 'StormRule', threshold: 5.4, firstDay: '2023-05-04', lastDay: '2026-05-03', dayCount: 700, reason: null };
const STORM = {
  __typename: 'Storm',
  firstDay: '2026-05-04',
  lastDay: '2026-05-05',
  beganAt: iso(10),
  endedAt: iso(2000),
  replayStart: iso(0),
  replayEnd: iso(2040),
  outageCount: 9,
  unknownOutageCount: 1,
  customerInterruptions: 69,
  customerMinutes: 18_890,
  peakCustomersOut: 44,
  peakAt: iso(80),
  majorEventDays: ['2026-05-04'],
  majorEventReason: null,
};

function stormsClient(storms: object[]) {
  return mockClient({
    query: () => ({ data: { storms: { __typename: 'Storms', firstDay: '2021-01-01', lastDay: '2026-05-06', asOf: iso(3000), rule: RULE, storms } } }),
  });
}

describe('the list of storms', () => {
  it('opens the replay of one', async () => {
    const onReplay = vi.fn();
    const { container } = renderWith(stormsClient([STORM]), <StormList timeZone="America/Chicago" onReplay={onReplay} />);
    await userEvent.click(await screen.findByRole('button', { name: 'Replay 2026-05-04 to 2026-05-05' }));
    expect(onReplay).toHaveBeenCalledWith({ startMs: START, endMs: START + 2040 * MINUTE });
    expect(screen.getByTestId('storm-list').textContent).toContain('315');
    expect(await accessibilityFaults(container)).toEqual([]);
  });

  it('says by which rule there is none', async () => {
    renderWith(stormsClient([]), <StormList timeZone="America/Chicago" onReplay={vi.fn()} />);
    expect((await screen.findByTestId('empty-state')).textContent).toContain('more than 5.4 unplanned outages');
  });
});

it('a replay shows what stands at the moment, and speaks it once it rests', async () => {
  const replay: StormReplay = {
    start: iso(0),
    end: iso(120),
    asOf: iso(90),
    unknownOutageCount: 1,
    peakCustomersOut: 7,
    peakAt: iso(0),
    outages: [outage('OUT-1', [[0, 10, 3], [0, 60, 4]]), outage('OUT-2', null, { beganAt: iso(5), restoredAt: null })],
    weather: [{ at: iso(0), stationCount: 2, temperatureC: 20, windSpeedMps: 3, windSpeedMaxMps: 5, precipitationMm: null }],
  };
  const played = playedOf(replay.outages);
  const atMs = START + 20 * MINUTE;
  const onOutage = vi.fn();
  const { container } = renderWith(
    stormsClient([]),
    <ReplayView
      replay={replay}
      played={played}
      moment={momentAt(played, atMs)}
      atMs={atMs}
      isPlaying={false}
      units="metric"
      timeZone="America/Chicago"
      onMoment={vi.fn()}
      onOutage={onOutage}
      onBack={vi.fn()}
    />,
  );
  const text = (id: string): string | null => screen.getByTestId(id).textContent;
  expect([text('replay-out'), text('replay-active'), text('replay-restored'), text('replay-peak')]).toEqual(['4', '2', '3', '7']);
  expect(text('replay-figures')).toContain('and 1 outage with unknown customers');
  expect(text('replay-weather')).toContain('up to 5.0\u00a0m/s · 20\u00a0°C · rain –');
  await userEvent.click(screen.getByRole('button', { name: 'OUT-1' }));
  expect(onOutage).toHaveBeenCalledWith(replay.outages[0]);
  await waitFor(() => expect(text('replay-spoken')).toContain('4 customers out in 2 outages (and 1 outage with unknown customers), 3 customers restored so far.'));
  expect(await accessibilityFaults(container)).toEqual([]);
});
