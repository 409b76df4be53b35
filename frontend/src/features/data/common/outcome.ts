import type { OperationResult } from 'urql';

import { problemOf, problemOfInfo } from '../../../lib/graphql/errors';
import type { Problem } from '../../../lib/graphql/errors';

interface Refused {
  __typename: 'OperationInfo';
  code: string;
  message: string;
  field: string | null;
}

/** Why a mutation did not do what was asked; null if it did. */
export function refusalOf(result: Pick<OperationResult, 'error'>, payload: { __typename: string } | undefined): Problem | null {
  if (result.error !== undefined) return problemOf(result.error);
  return payload !== undefined && isRefused(payload) ? problemOfInfo(payload) : null;
}

function isRefused(payload: { __typename: string }): payload is Refused {
  return payload.__typename === 'OperationInfo';
}
