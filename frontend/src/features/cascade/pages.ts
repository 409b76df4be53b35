/** What the pages of the lab beside the map need. */
export { DifferenceTable } from './compare/DifferenceTable';
export { RunChooser } from './compare/RunChooser';
export { RunReport } from './report/RunReport';
export { BatchForm } from './screening/BatchForm';
export { BatchList, useNewestBatch } from './screening/BatchList';
export { BatchView } from './screening/BatchView';
