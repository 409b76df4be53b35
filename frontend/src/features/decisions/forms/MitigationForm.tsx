import { useState } from 'react';

import { Fold } from '../../../ui/Fold';
import { FieldGrid, NumberField } from '../Field';
import type { FormProps } from '../context';
import { RULES, typed } from '../fields';
import type { NumberRule } from '../fields';
import { isJson, listIn, numberIn, textIn } from '../frozen';
import { StartMitigation } from '../mutations';
import { useStart } from '../useStart';
import { STUDY_WORDS } from '../words';

import { FormFrame, MEND } from './FormFrame';
import { RowsEditor } from './RowsEditor';
import { hasFault, numberAt } from './rows';
import type { Row, RowField } from './rows';
import { useTexts } from './useTexts';

const TIE_MW: NumberRule = { label: 'At most', unit: 'MW', min: 0, max: 999_999, isAboveMin: true, isRequired: true };
const TIE_FIELDS: readonly RowField[] = [
  { name: 'tieId', label: 'Tie', widthPx: 150, isRequired: true },
  { name: 'fromBusId', label: 'From bus', widthPx: 150, isRequired: true },
  { name: 'toBusId', label: 'To bus', widthPx: 150, isRequired: true },
  { name: 'mw', label: 'At most', rule: TIE_MW },
];
const MOST_TIES = 100;

const NUMBERS = {
  outageHours: { label: 'Load stays lost for', unit: 'h', help: 'For dollars saved; empty: none are given.', min: 0, max: 10_000 },
  delayMedianMin: { label: 'Operators need, median', unit: 'min', min: 0, isAboveMin: true },
  delaySigma: { label: 'Spread of that time', help: 'Deviation of its logarithm.', min: 0 },
  successFrac: { label: 'The action works in', unit: '%', min: 0, max: 100, factor: 0.01 },
  waveIntervalMin: { label: 'From wave to wave', unit: 'min', min: 0, isAboveMin: true },
  emergencyFactor: { label: 'Short-time rating over rating', unit: '×', min: 1, max: 10, isAboveMin: true, isRequired: true },
  maxSwitched: { label: 'Branches tried for opening', min: 0, max: 500, isInteger: true, isRequired: true },
  maxChokePoints: { label: 'Tripped branches examined', min: 0, max: 500, isInteger: true, isRequired: true },
  seed: RULES.seed,
} as const satisfies Record<string, NumberRule>;
const RESPONSE = ['delayMedianMin', 'delaySigma', 'successFrac', 'waveIntervalMin'] as const;

/** Starts a search for what would have stopped the run. */
export function MitigationForm({ run, from, onStarted, onClose }: FormProps) {
  const inputs = from?.inputs ?? {};
  const params = isJson(inputs.params) ? inputs.params : {};
  const response = isJson(inputs.response) ? inputs.response : {};
  const texts = useTexts<keyof typeof NUMBERS>(NUMBERS, {
    outageHours: typed(numberIn(inputs, 'outage_hours')),
    delayMedianMin: typed(numberIn(response, 'delay_median_min')),
    delaySigma: typed(numberIn(response, 'delay_sigma')),
    successFrac: typed(numberIn(response, 'success_frac'), 0.01),
    waveIntervalMin: typed(numberIn(response, 'wave_interval_min')),
    emergencyFactor: typed(numberIn(params, 'emergency_factor') ?? 1.15),
    maxSwitched: typed(numberIn(params, 'max_switched') ?? 20),
    maxChokePoints: typed(numberIn(params, 'max_choke_points') ?? 20),
    seed: typed(numberIn(inputs, 'seed') ?? 0),
  });
  const [ties, setTies] = useState<readonly Row[]>(
    listIn(inputs, 'transfers').map((tie) => ({
      tieId: textIn(tie, 'tie_id') ?? '',
      fromBusId: textIn(tie, 'from_bus_id') ?? '',
      toBusId: textIn(tie, 'to_bus_id') ?? '',
      mw: typed(numberIn(tie, 'mw')),
    })),
  );
  const { isBusy, problem, start } = useStart(StartMitigation);
  const given = RESPONSE.filter((name) => texts.props(name).text.trim() !== '');
  const isPartial = given.length > 0 && given.length < RESPONSE.length;
  const isFaulty = texts.hasFault || hasFault(TIE_FIELDS, ties);

  const submit = async (): Promise<void> => {
    texts.check();
    if (isFaulty || isPartial) return;
    const [delayMedianMin, delaySigma, successFrac, waveIntervalMin] = RESPONSE.map(texts.value);
    const isResponse = delayMedianMin != null && delaySigma != null && successFrac != null && waveIntervalMin != null;
    const study = await start({
      runId: run.runId,
      outageHours: texts.value('outageHours'),
      emergencyFactor: texts.value('emergencyFactor') ?? 1.15,
      maxSwitched: texts.value('maxSwitched') ?? 20,
      maxChokePoints: texts.value('maxChokePoints') ?? 20,
      seed: texts.value('seed') ?? 0,
      response: isResponse ? { delayMedianMin, delaySigma, successFrac, waveIntervalMin } : null,
      transfers: ties.map((tie) => ({
        tieId: (tie.tieId ?? '').trim(),
        fromBusId: (tie.fromBusId ?? '').trim(),
        toBusId: (tie.toBusId ?? '').trim(),
        mw: numberAt(tie, 'mw', TIE_MW),
      })),
    });
    if (study !== null) onStarted(study);
  };
  const fault = !texts.isChecked ? null : isPartial ? 'Of how operators respond, give all four figures or none.' : isFaulty ? MEND : null;
  return (
    <FormFrame
      label="New mitigation study"
      submit={STUDY_WORDS.mitigation.start}
      isBusy={isBusy}
      problem={problem}
      fault={fault}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <FieldGrid>
        <NumberField {...texts.props('outageHours')} testId="outage-hours" />
      </FieldGrid>
      <Fold summary="How operators respond: for the chance that an action comes in time. Nothing of it has a default." isOpenAtFirst={given.length > 0}>
        <FieldGrid>
          {RESPONSE.map((name) => (
            <NumberField key={name} {...texts.props(name)} />
          ))}
        </FieldGrid>
      </Fold>
      <Fold summary="More options: short-time rating, how many branches are tried, ties you name" isOpenAtFirst={ties.length > 0}>
        <FieldGrid>
          <NumberField {...texts.props('emergencyFactor')} />
          <NumberField {...texts.props('maxSwitched')} />
          <NumberField {...texts.props('maxChokePoints')} />
          <NumberField {...texts.props('seed')} />
        </FieldGrid>
        <RowsEditor
          title="Ties you name"
          help="Load that a tie could move from a bus to another. Ties at the border of substations that lose load are found by themselves."
          fields={TIE_FIELDS}
          rows={ties}
          empty={{ tieId: '', fromBusId: '', toBusId: '', mw: '' }}
          most={MOST_TIES}
          isChecked={texts.isChecked}
          onRows={setTies}
          testId="tie-rows"
        />
      </Fold>
    </FormFrame>
  );
}
