import { definePanels } from '@slipway/shared/panels';

/** A script of its own, which the server half sends when the first panel is opened. */
definePanels(document);
