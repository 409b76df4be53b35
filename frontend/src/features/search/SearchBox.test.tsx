import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';

import { graphqlFailure, mockClient, renderWith } from '../../../tests/mockClient';

import { SearchBox } from './SearchBox';

const HITS = [
  { assetId: 'SUB-1', kind: 'SUBSTATION', title: 'HOUSTON 3', subtitle: 'Coast', lon: -95, lat: 29 },
  { assetId: 'CKT-1', kind: 'CIRCUIT', title: 'HOUSTON 3 feeder', subtitle: 'HOUSTON 3', lon: null, lat: null },
];

describe('the search box', () => {
  it('asks once typing pauses, and gives the chosen asset', async () => {
    const asked: unknown[] = [];
    const onPick = vi.fn();
    const client = mockClient({
      query: (_name, variables) => {
        asked.push(variables.text);
        return { data: { search: HITS } };
      },
    });
    renderWith(client, <SearchBox label="Find" onPick={onPick} />);
    const user = userEvent.setup();
    await user.type(screen.getByTestId('search'), 'houston');
    const options = await screen.findAllByTestId('search-option');
    expect(options.map((option) => option.textContent)).toEqual([
      'HOUSTON 3Substation · SUB-1 · Coast',
      'HOUSTON 3 feederCircuit · CKT-1 · HOUSTON 3',
    ]);
    expect(new Set(asked)).toEqual(new Set(['houston']));
    await user.keyboard('{Enter}');
    expect(onPick).toHaveBeenCalledWith(HITS[0]);
    expect(screen.getByTestId<HTMLInputElement>('search').value).toBe('');
  });

  it('offers only the kinds that are wanted', async () => {
    renderWith(mockClient({ query: () => ({ data: { search: HITS } }) }), <SearchBox label="Find" prefixes={['SUB', 'BR']} onPick={vi.fn()} />);
    await userEvent.setup().type(screen.getByTestId('search'), 'hou');
    expect(await screen.findAllByTestId('search-option')).toHaveLength(1);
  });

  it('says when nothing was found, and when the search failed', async () => {
    const { unmount } = renderWith(mockClient({ query: () => ({ data: { search: [] } }) }), <SearchBox label="Find" onPick={vi.fn()} />);
    await userEvent.setup().type(screen.getByTestId('search'), 'xyz');
    expect(await screen.findByText('Nothing found')).toBeTruthy();
    unmount();
    renderWith(mockClient({ query: () => ({ error: graphqlFailure('DATABASE_UNAVAILABLE', 'PostgreSQL is away.') }) }), <SearchBox label="Find" onPick={vi.fn()} />);
    await userEvent.setup().type(screen.getByTestId('search'), 'xyz');
    expect(await screen.findByText('PostgreSQL is away.')).toBeTruthy();
  });
});
