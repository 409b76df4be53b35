import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { dayOf, fromZoned, shiftDay, toZoned } from '../../lib/zonedTime';

import { deviceOf, outageSteps, reportable, workSteps } from './steps';

/** The tables of docs/operations.md, which the server follows: from which statuses an action is possible. */
function documented(title: string): Map<string, string[]> {
  const text = readFileSync(join(import.meta.dirname, '../../../../docs/operations.md'), 'utf8');
  const part = text.slice(text.indexOf(title));
  const rows = part.slice(0, part.indexOf('\n\n', part.indexOf('|---'))).split('\n').filter((line) => line.startsWith('| '));
  return new Map(
    rows.map((row) => {
      const [, name = '', from = ''] = row.split('|').map((cell) => cell.trim());
      return [name, [...from.matchAll(/`([A-Z_]+)`/g)].map((match) => match[1] ?? '')];
    }),
  );
}

const whole = { customersOut: 5, customersInterrupted: 5 };

describe('the steps of an outage', () => {
  const table = documented('## Life of an outage');
  const statuses = ['PREDICTED', 'CONFIRMED', 'ASSIGNED', 'IN_PROGRESS', 'RESTORED', 'CANCELLED'];

  it.each([
    ['confirm', 'CONFIRM'],
    ['assign a crew', 'ASSIGN'],
    ['withdraw the crew', 'WITHDRAW'],
    ['start work', 'START'],
  ] as const)('%s: as documented', (name, step) => {
    expect(statuses.filter((status) => outageSteps({ status, ...whole }).has(step))).toEqual(table.get(name));
  });

  it('of an active one include restoring, of one that is over at most the cause', () => {
    expect(statuses.filter((status) => outageSteps({ status, ...whole }).has('RESTORE'))).toEqual(statuses.slice(0, 4));
    expect([...outageSteps({ status: 'RESTORED', ...whole })]).toEqual(['SET_CAUSE']);
    expect(outageSteps({ status: 'CANCELLED', ...whole }).size).toBe(0);
  });

  it('do not include cancelling once some came back', () => {
    expect(outageSteps({ status: 'CONFIRMED', ...whole }).has('CANCEL')).toBe(true);
    expect(outageSteps({ status: 'CONFIRMED', customersOut: 4, customersInterrupted: 5 }).has('CANCEL')).toBe(false);
  });
});

describe('the steps of a work order', () => {
  const table = documented('## Work orders and crews');
  const statuses = ['OPEN', 'ASSIGNED', 'IN_PROGRESS', 'ON_HOLD', 'COMPLETED', 'CANCELLED'];

  it.each([
    ['assign', 'ASSIGN'],
    ['withdraw the crew', 'WITHDRAW'],
    ['start', 'START'],
    ['hold', 'HOLD'],
    ['complete', 'COMPLETE'],
  ] as const)('%s: as documented', (name, step) => {
    expect(statuses.filter((status) => workSteps({ status }).has(step))).toEqual(table.get(name));
  });

  it('end when it is closed', () => {
    expect(statuses.filter((status) => workSteps({ status }).has('CANCEL'))).toEqual(statuses.slice(0, 4));
  });
});

describe('devices', () => {
  it('are named by the deepest that is known', () => {
    const circuit = { assetId: 'CKT-1' };
    expect(deviceOf({ circuit }).kind).toBe('CIRCUIT');
    expect(deviceOf({ circuit, switch: { assetId: 'SW-1', kind: 'FUSE' } })).toEqual({ kind: 'SWITCH', assetId: 'SW-1', label: 'FUSE' });
    expect(deviceOf({ circuit, transformer: { assetId: 'XFMR-1' }, meter: { assetId: 'MTR-1' } }).assetId).toBe('MTR-1');
  });

  it('are what an outage can be reported of', () => {
    expect(reportable('XFMR-000007')).toEqual({ kind: 'TRANSFORMER', id: 'XFMR-000007' });
    expect(reportable('POLE-1')).toBeNull();
    expect(reportable(null)).toBeNull();
  });
});

describe('times of the site', () => {
  const zone = 'America/Chicago';

  it.each([
    ['2026-01-15T12:00', '2026-01-15T18:00:00.000Z'],
    ['2026-07-15T12:00', '2026-07-15T17:00:00.000Z'],
    // Clocks are put back on November 1, 2026 at 2:00: of the two 1:30 the earlier.
    ['2026-11-01T01:30', '2026-11-01T06:30:00.000Z'],
    ['2026-11-01T02:00', '2026-11-01T08:00:00.000Z'],
  ])('%s there is %s', (local, instant) => {
    expect(fromZoned(local, zone)).toBe(instant);
    expect(toZoned(instant, zone)).toBe(local);
  });

  it('that do not exist are none', () => {
    expect(fromZoned('2026-03-08T02:30', zone)).toBeNull();
    expect(fromZoned('', zone)).toBeNull();
    expect(fromZoned('2026-02-30T12:00', zone)).toBeNull();
    expect(toZoned(null, zone)).toBe('');
  });

  it('have a day, and days before and after', () => {
    expect(dayOf(Date.parse('2026-03-01T03:00:00Z'), zone)).toBe('2026-02-28');
    expect(shiftDay('2026-03-01', -1)).toBe('2026-02-28');
    expect(shiftDay('2028-02-28', 1)).toBe('2028-02-29');
  });
});
