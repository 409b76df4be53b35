import { formatUsd } from '../../lib/costs/words';
import { formatNumber, formatQuantity, plural } from '../../lib/format';

import { isJson, listIn, numberIn } from './frozen';
import type { Json } from './frozen';
import type { StudyRow } from './queries';

/** The inputs of a study that tell it from others, in a line. */
export function inputLine({ kind, inputs, name }: Pick<StudyRow, 'kind' | 'inputs' | 'name'>): string {
  return WORDS[kind]?.(inputs, name) ?? '';
}

const WORDS: Readonly<Record<string, (inputs: Json, name: string) => string>> = {
  MITIGATION: (inputs) => {
    const params = isJson(inputs.params) ? inputs.params : {};
    const hours = numberIn(inputs, 'outage_hours');
    return [
      `short-time rating × ${formatNumber(numberIn(params, 'emergency_factor'), 2)}`,
      hours === null ? 'no dollars' : `dollars for ${formatQuantity(hours, 'h')}`,
      isJson(inputs.response) ? 'with a response' : 'no response given',
    ].join(', ');
  },
  RESTORATION: (inputs) => {
    const crews = numberIn(inputs, 'crews');
    const stages = listIn(inputs, 'stages').length;
    return `${crews === null ? 'crews' : plural(crews, 'crew')}, ${stages === 0 ? 'no travel' : plural(stages, 'stage')}`;
  },
  STAGING: (inputs) =>
    `up to ${formatNumber(numberIn(inputs, 'most_crews'))} crews at up to ${formatNumber(numberIn(inputs, 'most_places'))} places`,
  INVESTMENT: (inputs, name) =>
    `${name}: ${formatUsd(numberIn(inputs, 'budget_usd'))} for ${plural(listIn(inputs, 'measures').length, 'measure')}, ${plural(listIn(inputs, 'cases').length, 'run')}`,
  EXPLANATION: () => 'the run as it was',
};
