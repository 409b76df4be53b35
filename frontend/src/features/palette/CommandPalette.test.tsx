import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { accessibilityFaults } from '../../../tests/axe';
import { graphqlFailure, mockClient, renderWith } from '../../../tests/mockClient';

import { CommandPalette } from './CommandPalette';
import { recentItems } from './items';

vi.mock('../../lib/basemap/atlas', () => ({
  loadBaseMap: () =>
    Promise.resolve({
      names: {
        features: [
          ['Harris', 'county', 'Georgia', -85, 33],
          ['Harris', 'county', 'Texas', -95.4, 29.9],
          ['Harrisburg', 'state', 'Harrisburg', 0, 0],
        ].map(([name, level, state, lon, lat]) => ({ properties: { name, level, state }, geometry: { coordinates: [lon, lat] } })),
      },
    }),
}));

const HIT = { assetId: 'SUB-7', kind: 'SUBSTATION', title: 'DARKWOOD', subtitle: 'Coast', lon: -95, lat: 29 };

beforeEach(() => recentItems.set([]));

function open(search: Parameters<typeof mockClient>[0]['query'] = () => ({ data: { search: [HIT] } }), mayFindCustomers = false) {
  const calls: unknown[] = [];
  const asked: string[] = [];
  const client = mockClient({
    query: (name, variables) => {
      asked.push(name);
      return search(name, variables);
    },
  });
  const say = (what: string) => (value?: unknown) => calls.push([what, value]);
  const page = renderWith(
    client,
    <CommandPalette
      items={[
        { id: 'a', group: 'Go to', label: 'Outages', run: say('outages') },
        { id: 'b', group: 'Commands', label: 'Dark colours', run: say('dark') },
      ]}
      mayFindCustomers={mayFindCustomers}
      near={{ lat: 29.7, lng: -95.3 }}
      hrefOf={(target) => `/?sel=${target.assetId}`}
      onAsset={say('asset')}
      onPlace={say('place')}
      onGo={say('go')}
      onClose={say('close')}
    />,
  );
  return { calls, asked, page, user: userEvent.setup() };
}

const options = (): (string | null)[] => screen.getAllByTestId('palette-option').map((option) => option.textContent);

describe('the palette', () => {
  it('offers everything at first, and does what is chosen by the keyboard', async () => {
    const { calls, user } = open();
    expect(options()).toEqual(['OutagesGo to', 'Dark coloursCommands']);
    expect(document.activeElement).toBe(screen.getByTestId('palette-input'));
    await user.keyboard('{ArrowDown}');
    const input = screen.getByTestId('palette-input');
    const chosen = document.getElementById(input.getAttribute('aria-activedescendant') ?? '');
    expect(chosen?.textContent).toBe('Dark coloursCommands');
    expect(chosen?.getAttribute('aria-selected')).toBe('true');
    await user.keyboard('{ArrowDown}{ArrowUp}{Enter}');
    expect(calls).toEqual([
      ['close', undefined],
      ['dark', undefined],
    ]);
    expect(await accessibilityFaults(screen.getByRole('dialog', { name: 'Search and commands' }))).toEqual([]);
  });

  it('finds assets beside commands and remembers what was opened', async () => {
    const { calls, user } = open();
    await user.type(screen.getByTestId('palette-input'), 'dark');
    expect(await screen.findByText('DARKWOOD')).toBeTruthy();
    expect(options()).toEqual(['Dark coloursCommands', 'DARKWOODSubstation · SUB-7 · Coast']);
    await user.keyboard('{ArrowDown}{Enter}');
    expect(calls.at(-1)).toEqual(['asset', { assetId: 'SUB-7', lon: -95, lat: 29 }]);
    expect(recentItems.get().map((each) => each.href)).toEqual(['/?sel=SUB-7']);
  });

  it('reads coordinates', async () => {
    const { calls, user } = open(() => ({ data: { search: [] } }));
    await user.type(screen.getByTestId('palette-input'), '29.76, -95.37{Enter}');
    expect(calls.at(-1)).toEqual(['place', { lat: 29.76, lng: -95.37, zoom: 14 }]);
    expect(recentItems.get()).toEqual([]);
  });

  it('knows the counties, those near first', async () => {
    const { calls, user } = open(() => ({ data: { search: [] } }));
    await user.type(screen.getByTestId('palette-input'), 'harris');
    expect(await screen.findAllByText('Harris County')).toHaveLength(2);
    expect(options()).toEqual(['Harris CountyTexas', 'Harris CountyGeorgia']);
    await user.keyboard('{Enter}');
    expect(calls.at(-1)).toEqual(['place', { lat: 29.9, lng: -95.4, zoom: 9.5 }]);
  });

  it('asks for customers only where one may see them, and remembers none', async () => {
    const answer: Parameters<typeof mockClient>[0]['query'] = (name) =>
      name === 'PaletteCustomers'
        ? { data: { customers: { edges: [{ node: { id: 'x', assetId: 'CUST-1', customerClass: 'RESIDENTIAL', city: 'Houston', meter: { id: 'm', assetId: 'MTR-9', lon: -95, lat: 29 } } }] } } }
        : { data: { search: [] } };
    const first = open(answer);
    await first.user.type(screen.getByTestId('palette-input'), 'CUST-1');
    await vi.waitFor(() => expect(first.asked).toContain('PaletteSearch'));
    expect(first.asked).not.toContain('PaletteCustomers');
    first.page.unmount();
    const { calls, user } = open(answer, true);
    await user.type(screen.getByTestId('palette-input'), 'CUST-1');
    expect(await screen.findByText('Residential · Houston · meter MTR-9')).toBeTruthy();
    await user.keyboard('{Enter}');
    expect(calls.at(-1)).toEqual(['asset', { assetId: 'MTR-9', lon: -95, lat: 29 }]);
    expect(recentItems.get()).toEqual([]);
  });

  it('says when nothing was found, and when the search failed', async () => {
    const first = open(() => ({ data: { search: [] } }));
    await first.user.type(screen.getByTestId('palette-input'), 'qqq');
    expect(await screen.findByText(/Nothing found/)).toBeTruthy();
    first.page.unmount();
    const { user } = open(() => ({ error: graphqlFailure('DATABASE_UNAVAILABLE', 'PostgreSQL is away.') }));
    await user.type(screen.getByTestId('palette-input'), 'qqq');
    expect((await screen.findAllByText('PostgreSQL is away.')).length).toBeGreaterThan(0);
  });
});
