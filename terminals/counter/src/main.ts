import { createApp } from 'vue'
import 'element-plus/theme-chalk/base.css'
import 'element-plus/theme-chalk/dark/css-vars.css'
import './theme.css'
import './print.css'
import App from './app.vue'
import { i18n, start_i18n } from './i18n'
import { note_change } from './loading'
import { load_preferences, preferences, watch_preferences } from './preferences'
import { router } from './router'
import { asking, client } from './server'
import { ask_password_again } from './session'

load_preferences('')
watch_preferences()
client.install({
  session_ended: ask_password_again,
  asking: (change) => {
    asking.count += change
  },
  language: () => preferences.language,
  changed: note_change,
})
await start_i18n()
createApp(App).use(i18n).use(router).mount('#app')
