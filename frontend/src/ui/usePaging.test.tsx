import { act, renderHook } from '@testing-library/react';
import { expect, it } from 'vitest';

import { usePaging } from './usePaging';

const MORE = { hasNextPage: true, endCursor: 'b' };
const LAST = { hasNextPage: false, endCursor: 'c' };

it('steps through pages by their cursors, back again, and begins anew with another question', () => {
  const { result, rerender } = renderHook(({ asked }) => usePaging(asked), { initialProps: { asked: 'all' } });
  expect([result.current.after, result.current.page, result.current.steps(MORE).onBefore]).toEqual([null, 0, null]);
  act(() => result.current.steps(MORE).onNext?.());
  expect([result.current.after, result.current.page]).toEqual(['b', 1]);
  expect(result.current.steps(LAST).onNext).toBeNull();
  rerender({ asked: 'failed' });
  expect([result.current.after, result.current.page]).toEqual([null, 0]);
  act(() => result.current.steps({ hasNextPage: true, endCursor: 'f' }).onNext?.());
  expect(result.current.after).toBe('f');
  act(() => result.current.steps(LAST).onBefore?.());
  expect([result.current.after, result.current.page]).toEqual([null, 0]);
});
