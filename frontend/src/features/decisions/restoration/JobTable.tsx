import { useMemo } from 'react';

import { formatNumber, formatQuantity, humanize } from '../../../lib/format';
import { CsvButton } from '../../../ui/CsvButton';
import { DataTable } from '../../../ui/DataTable';
import type { ShownColumn } from '../../../ui/DataTable';
import { Maybe } from '../../../ui/Maybe';
import { Part } from '../Part';
import { AssetLink } from '../links';
import type { StudyRow } from '../queries';
import { formatHours } from '../words';

import type { Plan, Step } from './queries';

/** The same jobs as a table. */
export function JobTable({ study, plan, steps }: { study: StudyRow; plan: Plan; steps: readonly Step[] }) {
  const columns = useMemo<readonly ShownColumn<Step>[]>(() => {
    const numbers = new Map(steps.map(({ assetId, sequence }) => [assetId, sequence]));
    const hour = (key: keyof Step & ('leavesH' | 'startsH' | 'finishedH' | 'energisedH' | 'p20H' | 'p50H' | 'p80H'), label: string, isHidden = false): ShownColumn<Step> => ({
      key,
      label,
      unit: 'h',
      isNumber: true,
      isHidden,
      value: (step) => step[key],
      cell: (step) => <Maybe text={formatHours(step[key])} />,
    });
    return [
      { key: 'job', label: 'Job', isNumber: true, value: ({ sequence }) => sequence },
      { key: 'asset', label: 'Asset', value: ({ name, assetId }) => name ?? assetId, cell: ({ name, assetId }) => <AssetLink id={assetId}>{name ?? assetId}</AssetLink> },
      { key: 'id', label: 'Id', isHidden: true, value: ({ assetId }) => assetId },
      { key: 'kind', label: 'Kind', value: ({ kind }) => kind, cell: ({ kind }) => humanize(kind) },
      {
        key: 'requires',
        label: 'Requires',
        value: ({ parentId }) => parentId,
        cell: ({ parentId }) => (parentId === null ? 'nothing' : numbers.has(parentId) ? `job ${formatNumber(numbers.get(parentId))}` : parentId),
      },
      { key: 'crew', label: 'Crew', isNumber: true, value: ({ crew }) => crew },
      hour('leavesH', 'Leaves', !plan.hasTravel),
      hour('startsH', 'Starts'),
      hour('finishedH', 'Finished'),
      hour('energisedH', 'Energised'),
      hour('p20H', 'P20'),
      hour('p50H', 'P50'),
      hour('p80H', 'P80'),
      { key: 'mw', label: 'Brings back', unit: 'MW', isNumber: true, value: ({ restoresMw }) => restoresMw, cell: ({ restoresMw }) => <Maybe text={formatQuantity(restoresMw, 'MW', 1)} /> },
      { key: 'customers', label: 'Customers', isNumber: true, value: ({ customers }) => customers, cell: ({ customers }) => <Maybe text={formatNumber(customers)} /> },
      { key: 'back', label: 'Back in all, simulated', unit: 'MW', isNumber: true, value: (step) => step.verifiedRestoredMw, cell: (step) => <Maybe text={formatQuantity(step.verifiedRestoredMw, 'MW', 1)} /> },
      { key: 'trip', label: 'Overloaded then', isNumber: true, value: ({ wouldTrip }) => wouldTrip, cell: ({ wouldTrip }) => <Maybe text={formatNumber(wouldTrip)} /> },
      { key: 'first', label: 'Goes first', value: ({ isCritical }) => (isCritical ? 'yes' : 'no') },
    ];
  }, [plan.hasTravel, steps]);
  return (
    <Part title="Jobs" tools={<CsvButton name={`jobs-of-plan-${study.studyId}`} rows={steps} columns={columns} what="the jobs" />} testId="plan-jobs">
      <DataTable caption="In the order they are given out; a job that requires another brings its load back after it" rows={steps} columns={columns} rowKey={({ sequence }) => String(sequence)} testId="job-table" />
    </Part>
  );
}
