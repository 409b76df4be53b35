import { act, render, screen } from '@testing-library/react';
import { Suspense } from 'react';
import type { ComponentType } from 'react';
import { describe, expect, it, vi } from 'vitest';

import { ErrorBoundary } from './ErrorBoundary';
import { ahead } from './ahead';

function Greeting({ name }: { name: string }) {
  return <p>Hello {name}</p>;
}

function shown(Component: ComponentType<{ name: string }>) {
  return (
    <ErrorBoundary name="The greeting">
      <Suspense fallback={<p>Loading</p>}>
        <Component name="Ada" />
      </Suspense>
    </ErrorBoundary>
  );
}

describe('a component that is loaded ahead', () => {
  it('is shown in its first render where its code has come', async () => {
    const from = vi.fn(() => Promise.resolve(Greeting));
    const { Component, load } = ahead(from);
    await load();
    render(shown(Component));
    expect(screen.getByText('Hello Ada').isConnected).toBe(true);
    await load();
    expect(from).toHaveBeenCalledTimes(1);
  });

  it('is waited for where it has not, and loaded by being shown', async () => {
    let come: (component: typeof Greeting) => void = () => undefined;
    const { Component } = ahead(() => new Promise<typeof Greeting>((resolve) => (come = resolve)));
    await act(async () => {
      render(shown(Component));
      await Promise.resolve();
    });
    expect(screen.getByText('Loading').isConnected).toBe(true);
    await act(async () => {
      come(Greeting);
      await Promise.resolve();
    });
    expect((await screen.findByText('Hello Ada')).isConnected).toBe(true);
  });

  it('fails as what shows it fails', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const { Component } = ahead<{ name: string }>(() => Promise.reject(new Error('gone')));
    await act(async () => {
      render(shown(Component));
      await Promise.resolve();
    });
    expect((await screen.findByRole('alert')).textContent).toContain('The greeting');
  });
});
