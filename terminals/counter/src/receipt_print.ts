// Prints a receipt: the server counts the print and names the document, which opens in a tab of its own.

import type { PrintedReceipt, ReceiptFormat } from '@shared/api/types'
import { preferences } from './preferences'
import { api } from './server'

/** The tab is opened before the answer is there, as a browser lets only a key or a click open one. */
export async function print_receipt(receipt_no: string, format: ReceiptFormat): Promise<PrintedReceipt> {
  const tab = window.open('', '_blank')
  try {
    const { data } = await api.print_receipt(receipt_no, format, preferences.language === 'en' ? 'en' : 'zh')
    if (tab) tab.location.href = data.document_url
    return data
  } catch (failure) {
    tab?.close()
    throw failure
  }
}
