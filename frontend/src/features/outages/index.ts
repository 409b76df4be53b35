export { patchAddress, useOutageAddress } from './address';
export type { OutageTab } from './address';
export { selectedOutageLayers } from './layers';
export { OrderOf } from './OrderOf';
export { isOutageId, OutagesView } from './OutagesView';
export { ReliabilityView } from './ReliabilityView';
export { useCrews } from './useCrews';
export { useOutagePlace } from './useOutagePlace';
export { WorkOrdersView } from './WorkOrdersView';
