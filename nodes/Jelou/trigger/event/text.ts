import type { IDataObject } from 'n8n-workflow';

import { isObject, optionalText } from '../../shared/json';
import { isBlank, trimmed } from '../../shared/text';

function contentOf({ value }: IDataObject): IDataObject {
	return isObject(value) && isObject(value.content) ? value.content : {};
}

/** The text of a message, or the caption of its media; '' where there is nothing to see. */
export function textOf(event: IDataObject): string {
	const { body, caption } = contentOf(event);
	const text = [body, caption].find((each) => typeof each === 'string' && !isBlank(each));
	return typeof text === 'string' ? trimmed(text) : '';
}

/** The texts of several messages, one per line. */
export function textsOf(events: readonly IDataObject[]): string {
	return events
		.map(textOf)
		.filter((text) => text !== '')
		.join('\n');
}

/** The address of a message's media; '' where there is none. */
export function mediaUrlOf(event: IDataObject): string {
	return optionalText(contentOf(event).url) ?? '';
}
