import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';

import { mockClient, networkFailure, renderWith } from '../../../tests/mockClient';

import { HealthIndicator, summarize } from './HealthIndicator';

const UP = { name: 'postgis', isUp: true, latencyMs: 1.2 };
const DOWN = { name: 'redis', isUp: false, latencyMs: null };

describe('the health indicator', () => {
  it('names the services that are down', () => {
    expect(summarize('OK', [UP])).toEqual({ label: 'All services up', colour: 'success' });
    expect(summarize('DEGRADED', [UP, DOWN, { ...DOWN, name: 'warehouse' }]).label).toBe('Degraded: Redis, Warehouse');
    expect(summarize('DOWN', [{ ...UP, isUp: false }])).toEqual({ label: 'Down: Postgis', colour: 'error' });
  });

  it('shows what the server says of itself', () => {
    renderWith(mockClient({ query: () => ({ data: { health: { status: 'DEGRADED', services: [UP, DOWN] } } }) }), <HealthIndicator />);
    const chip = screen.getByTestId('health');
    expect(chip.textContent).toBe('Degraded: Redis');
    expect(chip.dataset.status).toBe('DEGRADED');
  });

  it('says so when the server does not answer', () => {
    renderWith(mockClient({ query: () => ({ error: networkFailure() }) }), <HealthIndicator />);
    expect(screen.getByTestId('health').textContent).toBe('Server not reachable');
  });
});
