import { createElement, use } from 'react';
import type { ComponentType, ReactElement } from 'react';

/** A component whose code comes by itself, and can be asked for before it is shown. */
export interface Ahead<P extends object> {
  Component: (props: P) => ReactElement;
  /** Ask for the code now; once asked for, asking again costs nothing. */
  load: () => Promise<ComponentType<P>>;
}

/**
 * Like React's `lazy`, but shown at once where the code has come.
 *
 * `lazy` suspends even then, and what suspends stays hidden until 300 ms after the last fallback appeared.
 */
export function ahead<P extends object>(from: () => Promise<ComponentType<P>>): Ahead<P> {
  let come: ComponentType<P> | null = null;
  let coming: Promise<ComponentType<P>> | null = null;
  const load = (): Promise<ComponentType<P>> => {
    coming ??= from().then((component) => (come = component));
    return coming;
  };
  return { Component: (props) => createElement(come ?? use(load()), props), load };
}
