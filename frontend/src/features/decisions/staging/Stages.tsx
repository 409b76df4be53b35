import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';

import { formatNumber, humanize, plural } from '../../../lib/format';
import { CsvButton } from '../../../ui/CsvButton';
import { DataTable } from '../../../ui/DataTable';
import type { ShownColumn } from '../../../ui/DataTable';
import { Maybe } from '../../../ui/Maybe';
import { Part } from '../Part';
import type { TabProps } from '../context';
import { repairOf, repairRow } from '../forms/rows';
import { drawsIn } from '../forms/usePlanInputs';
import { flagIn, listIn, numberIn, textsIn } from '../frozen';
import { AssetLink } from '../links';
import { StartRestoration } from '../mutations';
import type { StudyRow } from '../queries';
import { useStart } from '../useStart';

import type { StagingPlan } from './queries';

type Stage = StagingPlan['stages'][number];

const COLUMNS: readonly ShownColumn<Stage>[] = [
  {
    key: 'place',
    label: 'Place',
    value: ({ place }) => place.name ?? place.placeId,
    cell: ({ place }) => (place.placeId === null ? (place.name ?? 'given') : <AssetLink id={place.placeId}>{place.name ?? place.placeId}</AssetLink>),
  },
  { key: 'what', label: 'What it is', value: ({ place }) => place.kind, cell: ({ place }) => humanize(place.kind) },
  { key: 'kind', label: 'Crews for', value: ({ crewKind }) => crewKind, cell: ({ crewKind }) => (crewKind === null ? 'every repair' : humanize(crewKind)) },
  { key: 'crews', label: 'Crews', isNumber: true, value: ({ crews }) => crews },
  { key: 'record', label: 'At home there', isNumber: true, value: (stage) => stage.crewsOnRecord, cell: (stage) => <Maybe text={formatNumber(stage.crewsOnRecord)} /> },
  { key: 'longitude', label: 'Longitude', unit: '°', isNumber: true, value: ({ place }) => place.longitude, cell: ({ place }) => formatNumber(place.longitude, 4) },
  { key: 'latitude', label: 'Latitude', unit: '°', isNumber: true, value: ({ place }) => place.latitude, cell: ({ place }) => formatNumber(place.latitude, 4) },
];

type Props = TabProps & { study: StudyRow; plan: StagingPlan; isRecommended: boolean; isReport: boolean };

/** Where the crews of a number wait; a plan of restoration starts from there. */
export function Stages({ study, plan, isRecommended, isReport, run, studies, mayStart, change }: Props) {
  const { isBusy, problem, start } = useStart(StartRestoration);
  const { inputs } = study;
  const speedKmh = numberIn(inputs, 'speed_kmh');
  const makePlan = async (): Promise<void> => {
    const started = await start({
      runId: run.runId,
      crews: plan.crews,
      stages: plan.stages.map(({ place, crews, crewKind }) => ({ longitude: place.longitude, latitude: place.latitude, crews, crewKind })),
      speedKmh,
      ...drawsIn(inputs),
      isCriticalFirst: flagIn(inputs, 'is_critical_first'),
      firstSubstations: [...textsIn(inputs, 'first_substations')],
      repairs: listIn(inputs, 'repairs').map((repair) => repairOf(repairRow(repair))),
    });
    if (started === null) return;
    studies.refresh();
    change({ tab: 'restoration', study: started.studyId });
  };
  return (
    <Part
      title={`Where ${plural(plan.crews, 'crew')} wait`}
      note={isRecommended ? 'The recommended number' : undefined}
      testId="stages"
      tools={
        <>
          <CsvButton name={`stages-of-study-${study.studyId}-${plan.crews}-crews`} rows={plan.stages} columns={COLUMNS} what="the stages" />
          {!isReport && (
            <Button variant="outlined" disabled={!mayStart || isBusy} title={mayStart ? undefined : 'Your account may not start studies.'} onClick={() => void makePlan()} data-testid="plan-from-stages">
              Plan the restoration from here
            </Button>
          )}
        </>
      }
    >
      {problem !== null && (
        <Alert severity="error" variant="outlined" data-code={problem.code} sx={{ mb: 1 }}>
          {problem.message}
        </Alert>
      )}
      <DataTable caption="Crews of one kind at one place" rows={plan.stages} columns={COLUMNS} rowKey={({ place, crewKind }) => `${place.longitude} ${place.latitude} ${crewKind ?? ''}`} testId="stage-table" />
    </Part>
  );
}
