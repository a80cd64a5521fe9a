// A page's filter or section in its address, so that it can be linked, bookmarked and gone back to. A page that waits
// behind a work tab does not follow the address of the page in front.

import { ref, watch, type Ref } from 'vue'
import { useRoute, useRouter } from 'vue-router'

export function use_query(name: string, otherwise = ''): Ref<string> {
  const route = useRoute()
  const router = useRouter()
  const own_path = route.path
  const read = () => (typeof route.query[name] === 'string' ? (route.query[name] as string) : otherwise)
  const value = ref(read())
  watch(
    () => route.query[name],
    () => {
      if (route.path === own_path) value.value = read()
    },
  )
  watch(value, (now) => {
    if (route.path !== own_path || now === read()) return
    const query = { ...route.query, [name]: now === otherwise ? undefined : now }
    void router.replace({ path: own_path, query })
  })
  return value
}
