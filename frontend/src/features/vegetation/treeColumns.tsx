import { fileColumns } from '../../lib/tableColumns';
import type { UnitSystem } from '../../lib/units';
import { formatMetres } from '../../lib/units';
import type { ShownColumn } from '../../ui/DataTable';

import { Below } from './Below';
import { LevelMark } from './LevelMark';
import { urgency } from './levels';
import type { TreeRisk } from './queries';
import { clearanceWords, figure, treeName, yearsWords } from './words';

/** Trees as a table shows them and a file holds them. */
export function treeColumns(units: UnitSystem): ShownColumn<TreeRisk>[] {
  return [
    {
      key: 'tree_id',
      label: 'Tree',
      value: (tree) => tree.assetId,
      cell: (tree) => (
        <>
          {treeName(tree)}
          <Below>
            {tree.assetId}
          </Below>
        </>
      ),
    },
    {
      key: 'level',
      label: 'Level',
      value: (tree) => tree.level,
      order: (tree) => urgency(tree.level),
      cell: (tree) => <LevelMark level={tree.level} />,
    },
    {
      key: 'height_m',
      label: 'Height',
      isNumber: true,
      value: (tree) => tree.heightM,
      cell: (tree) => formatMetres(tree.heightM, units, 0),
    },
    {
      key: 'distance_m',
      label: 'Away',
      title: 'From its foot to the nearest line',
      isNumber: true,
      value: (tree) => tree.distanceM,
      cell: (tree) => formatMetres(tree.distanceM, units, 0),
    },
    {
      key: 'years_to_encroachment',
      label: 'Clearance',
      title: 'How it stands to the clearance, and when it comes inside',
      isNumber: true,
      value: (tree) => tree.yearsToEncroachment,
      cell: (tree) => (
        <>
          {clearanceWords(tree.clearanceDeficitM, units)}
          <Below>
            {yearsWords(tree.yearsToEncroachment)}
          </Below>
        </>
      ),
    },
    {
      key: 'customer_minutes_per_year',
      label: 'Cust-min/y',
      title: 'Customer-minutes that its fall is expected to cost in a year',
      isNumber: true,
      value: (tree) => tree.customerMinutesPerYear,
      cell: (tree) => figure(tree.customerMinutesPerYear),
    },
    ...fileColumns<TreeRisk>({
      species: (tree) => tree.species,
      crown_radius_m: (tree) => tree.crownRadiusM,
      growth_m_per_year: (tree) => tree.growthMPerYear,
      clearance_deficit_m: (tree) => tree.clearanceDeficitM,
      overstrike_m: (tree) => tree.overstrikeM,
      strikes_per_year: (tree) => tree.strikesPerYear,
      customers: (tree) => tree.customers,
      risk_rating: (tree) => tree.riskRating,
      circuit_id: (tree) => tree.circuit?.assetId,
      grow_in_line_id: (tree) => tree.growInLineId,
      fall_in_line_id: (tree) => tree.fallInLineId,
      lon: (tree) => tree.lon,
      lat: (tree) => tree.lat,
    }),
  ];
}
