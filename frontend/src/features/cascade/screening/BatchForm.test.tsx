import { fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';

import { accessibilityFaults } from '../../../../tests/axe';
import { mockClient, renderWith } from '../../../../tests/mockClient';

import { BatchForm } from './BatchForm';

describe('the form of a screening', () => {
  it('starts what was chosen, with what differs from the planning case', async () => {
    const sent: unknown[] = [];
    const onStarted = vi.fn();
    const client = mockClient({
      mutation: (_name, variables) => {
        sent.push(variables['input']);
        return { data: { startCascadeBatch: { __typename: 'CascadeBatch', id: 'b', batchId: '3' } } };
      },
    });
    renderWith(client, <BatchForm canStart onStarted={onStarted} />);
    const type = (label: string, value: string): boolean => fireEvent.change(screen.getByLabelText(label), { target: { value } });
    fireEvent.change(screen.getByTestId('batch-kind'), { target: { value: 'N2_RANDOM' } });
    type('How many', '250');
    type('Trips from, %', '115');
    fireEvent.click(screen.getByTestId('batch-start'));
    await waitFor(() => expect(onStarted).toHaveBeenCalledWith('3'));
    expect(sent).toEqual([{ kind: 'N2_RANDOM', name: null, loadMultiplier: 1, ratingMultiplier: 1, options: { trip_threshold_frac: 1.15 }, count: 250, seed: '0' }]);
  });

  it('has no accessibility faults', async () => {
    const { container } = renderWith(mockClient({}), <BatchForm canStart onStarted={vi.fn()} />);
    expect(await accessibilityFaults(container)).toEqual([]);
  });

  it('starts nothing while a number is wrong, or for who may not', () => {
    const mutation = vi.fn();
    const { unmount } = renderWith(mockClient({ mutation }), <BatchForm canStart onStarted={vi.fn()} />);
    fireEvent.change(screen.getByLabelText('Load ×'), { target: { value: '' } });
    expect(screen.getByTestId('batch-start')).toHaveProperty('disabled', true);
    expect(mutation).not.toHaveBeenCalled();
    unmount();
    renderWith(mockClient({}), <BatchForm canStart={false} onStarted={vi.fn()} />);
    expect(screen.getByTestId('may-not-screen')).toBeTruthy();
  });
});
