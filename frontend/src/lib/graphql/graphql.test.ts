import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { buildSchema, getNullableType, isListType, isObjectType, type GraphQLField } from 'graphql';
import { describe, expect, it } from 'vitest';

import { graphqlFailure, networkFailure } from '../../../tests/mockClient';

import { CACHE_KEYS } from './cacheKeys';
import { csrfToken } from './csrf';
import { isUnauthenticated, problemOf } from './errors';
import { backoffMs } from './subscriptions';

describe('cache keys', () => {
  const sdl = readFileSync(join(import.meta.dirname, '../../../../flux_site/schema.graphql'), 'utf8');
  const schema = buildSchema(sdl, { assumeValidSDL: true });
  const objects = Object.values(schema.getTypeMap()).filter(
    (type) => isObjectType(type) && !type.name.startsWith('__') && !['Query', 'Mutation', 'Subscription'].includes(type.name),
  );

  // A list of ids is a column of many rows, not the name of one.
  const isName = (field: GraphQLField<unknown, unknown> | undefined): boolean =>
    field !== undefined && !isListType(getNullableType(field.type));

  it('name every type without an id, and no type with one', () => {
    const withoutId = objects
      .filter((type) => isObjectType(type) && !isName(type.getFields()['id']))
      .map((type) => type.name)
      .filter((name) => !/(Connection|Edge)$/.test(name));
    expect(Object.keys(CACHE_KEYS).sort()).toEqual(withoutId.sort());
  });
});

describe('the CSRF token', () => {
  it('is found among other cookies', () => {
    expect(csrfToken('a=1; csrftoken=abc%3D; b=2')).toBe('abc=');
    expect(csrfToken('xcsrftoken=1')).toBeNull();
    expect(csrfToken('')).toBeNull();
  });
});

describe('a failed operation in words', () => {
  it('keeps the server’s code, message and field', () => {
    expect(problemOf(graphqlFailure('BAD_INPUT', 'text is too short.', 'text'))).toEqual({
      code: 'BAD_INPUT',
      message: 'text is too short.',
      field: 'text',
    });
  });

  it('tells a dead server from a refusing one', () => {
    expect(problemOf(networkFailure()).code).toBe('NETWORK');
    const refused = networkFailure();
    refused.response = { status: 502 } as Response;
    expect(problemOf(refused)).toMatchObject({ code: 'HTTP_502', message: 'The server failed (status 502).' });
  });

  it('asks for a reload when the CSRF token is stale', () => {
    expect(problemOf(graphqlFailure('CSRF_FAILED', 'The CSRF token is missing')).message).toContain('Reload');
  });

  it('knows the end of the session', () => {
    expect(isUnauthenticated(graphqlFailure('UNAUTHENTICATED', 'Log in first.'))).toBe(true);
    expect(isUnauthenticated(graphqlFailure('PERMISSION_DENIED', 'No.'))).toBe(false);
    expect(isUnauthenticated(networkFailure())).toBe(false);
  });
});

describe('the wait before reconnecting', () => {
  it('doubles up to a limit, with jitter', () => {
    expect([0, 1, 2, 3, 4, 50].map((retries) => backoffMs(retries, () => 0))).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
    expect(backoffMs(0, () => 1)).toBe(1_300);
  });
});
