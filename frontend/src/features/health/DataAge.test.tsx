import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';

import { mockClient, renderWith } from '../../../tests/mockClient';

import { DataAge } from './DataAge';

const MINUTE_MS = 60_000;

function layer(key: string, ageMin: number | null, isTooOld: boolean | null) {
  const confirmedAt = ageMin === null ? null : new Date(Date.now() - ageMin * MINUTE_MS).toISOString();
  return { __typename: 'MapLayer', key, title: key, confirmedAt, isTooOld, status: 'FRESH', rowCount: 1, dataVersion: 'v' };
}

function shown(...mapLayers: object[]): HTMLElement {
  renderWith(mockClient({ query: () => ({ data: { mapLayers } }) }), <DataAge />);
  return screen.getByTestId('data-age');
}

describe('the age of the data', () => {
  it('is that of the oldest layer', () => {
    const age = shown(layer('outages', 4, false), layer('poles', 12, false), layer('meters', null, null));
    expect(age.textContent).toBe('Data 12\u00a0min old');
    expect(age.dataset.tooOld).toBe('false');
  });

  it('warns when a layer is too old', () => {
    const age = shown(layer('outages', 20, true), layer('poles', 50, false));
    expect(age.textContent).toBe('Data 50\u00a0min old: too old');
    expect(age.dataset.tooOld).toBe('true');
  });

  it('is unknown before the first sync', () => {
    expect(shown(layer('outages', null, null)).textContent).toBe('Data age unknown');
  });
});
