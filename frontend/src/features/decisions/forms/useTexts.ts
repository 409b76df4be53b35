import { useState } from 'react';

import { parseNumber } from '../fields';
import type { NumberRule } from '../fields';

export interface Texts<Name extends string> {
  props: (name: Name) => { rule: NumberRule; text: string; onText: (text: string) => void; isChecked: boolean };
  /** What is typed as the API takes it; null where it is empty or wrong. */
  value: (name: Name) => number | null;
  hasFault: boolean;
  isChecked: boolean;
  /** Show what is missing, too. */
  check: () => void;
}

/** The number fields of a form. */
export function useTexts<Name extends string>(rules: Readonly<Record<Name, NumberRule>>, initial: Readonly<Record<Name, string>>): Texts<Name> {
  const [texts, setTexts] = useState(initial);
  const [isChecked, setChecked] = useState(false);
  const parsed = (name: Name) => parseNumber(texts[name], rules[name]);
  const names = Object.keys(rules).filter((name): name is Name => name in initial);
  return {
    props: (name) => ({
      rule: rules[name],
      text: texts[name],
      onText: (text) => setTexts((before) => ({ ...before, [name]: text })),
      isChecked,
    }),
    value: (name) => parsed(name).value,
    hasFault: names.some((name) => parsed(name).fault !== null),
    isChecked,
    check: () => setChecked(true),
  };
}
