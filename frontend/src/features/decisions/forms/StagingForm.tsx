import { useMemo, useState } from 'react';

import { useUnits } from '../../../lib/preferences';
import { speedScale } from '../../../lib/units';
import { FieldGrid, Flag, NumberField } from '../Field';
import type { FormProps } from '../context';
import { RULES, typed } from '../fields';
import type { NumberRule } from '../fields';
import { flagIn, isJson, listIn, numberIn } from '../frozen';
import { StartStaging } from '../mutations';
import { useStart } from '../useStart';
import { STUDY_WORDS } from '../words';

import { FormFrame, MEND } from './FormFrame';
import { MoreOptions } from './MoreOptions';
import { OrderOptions } from './OrderOptions';
import { RowsEditor } from './RowsEditor';
import { EMPTY_PLACE, hasFault, PLACE_FIELDS, placeOf, placeRow } from './rows';
import type { Row } from './rows';
import { DRAW_RULES, drawsOf, drawTexts, usePlanInputs } from './usePlanInputs';
import { useTexts } from './useTexts';

const MOST_PLACES = 200;

/** Starts a search for where crews wait, and how many. */
export function StagingForm({ run, from, onStarted, onClose }: FormProps) {
  const speed = speedScale(useUnits());
  const inputs = from?.inputs ?? {};
  const prices = isJson(inputs.prices) ? inputs.prices : {};
  const rules = useMemo(
    () =>
      ({
        speed: { ...RULES.speed, unit: speed.unit, factor: speed.kmhPerUnit, isRequired: true },
        mostPlaces: { label: 'Places at most', min: 1, max: 10, isInteger: true, isRequired: true },
        mostCrews: { label: 'Crews at most', min: 1, max: 100, isInteger: true, isRequired: true },
        crewHourUsd: { label: 'An hour of a crew', unit: '$', min: 0, help: 'Empty: the rate of the cost assumptions.' },
        ...DRAW_RULES,
      }) satisfies Record<string, NumberRule>,
    [speed],
  );
  const texts = useTexts<keyof typeof rules>(rules, {
    speed: typed(numberIn(inputs, 'speed_kmh'), speed.kmhPerUnit),
    mostPlaces: typed(numberIn(inputs, 'most_places') ?? 3),
    mostCrews: typed(numberIn(inputs, 'most_crews') ?? 20),
    crewHourUsd: typed(numberIn(prices, 'crew_hour_usd')),
    ...drawTexts(inputs),
  });
  const [isByKind, setByKind] = useState(from === null || flagIn(inputs, 'is_by_kind'));
  const [places, setPlaces] = useState<readonly Row[]>(listIn(inputs, 'places').map(placeRow));
  const plan = usePlanInputs(inputs);
  const { isBusy, problem, start } = useStart(StartStaging);
  const isFaulty = texts.hasFault || hasFault(PLACE_FIELDS, places) || plan.hasFault;

  const submit = async (): Promise<void> => {
    texts.check();
    const speedKmh = texts.value('speed');
    const draws = drawsOf(texts.value);
    if (isFaulty || speedKmh === null || draws === null) return;
    const study = await start({
      runId: run.runId,
      speedKmh,
      mostPlaces: texts.value('mostPlaces') ?? 3,
      mostCrews: texts.value('mostCrews') ?? 20,
      crewHourUsd: texts.value('crewHourUsd'),
      ...draws,
      ...plan.asked(),
      isByKind,
      places: places.map(placeOf),
    });
    if (study !== null) onStarted(study);
  };
  return (
    <FormFrame
      label="New staging study"
      submit={STUDY_WORDS.staging.start}
      isBusy={isBusy}
      problem={problem}
      fault={texts.isChecked && isFaulty ? MEND : null}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <FieldGrid>
        <NumberField {...texts.props('speed')} testId="speed" />
        <NumberField {...texts.props('mostPlaces')} />
        <NumberField {...texts.props('mostCrews')} testId="most-crews" />
        <NumberField {...texts.props('crewHourUsd')} />
      </FieldGrid>
      <Flag label="Crews do only what they are equipped for" isOn={isByKind} onChange={setByKind} />
      <OrderOptions plan={plan} />
      <MoreOptions
        summary="More options: draws, detour, places to choose from, further damage"
        texts={texts}
        plan={plan}
        isOpenAtFirst={places.length + plan.repairs.length > 0}
        damageHelp="Beside that of the run, as it is reported."
      >
        <RowsEditor
          title="Places to choose from"
          help="Without any: substations, homes of crews and places of repairs that you may see."
          fields={PLACE_FIELDS}
          rows={places}
          empty={EMPTY_PLACE}
          most={MOST_PLACES}
          isChecked={texts.isChecked}
          onRows={setPlaces}
          testId="place-rows"
        />
      </MoreOptions>
    </FormFrame>
  );
}
