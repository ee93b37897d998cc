if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

setlocal comments=:##,:# commentstring=#\ %s
setlocal formatoptions-=t formatoptions+=croql
setlocal expandtab shiftwidth=2 softtabstop=2
setlocal suffixesadd=.clip
" gggqG formats the file; where it has errors, u brings it back.
setlocal formatprg=clipscope\ fmt\ -
setlocal makeprg=clipscope\ check\ %:S
setlocal errorformat=%E%trror:\ %m,%W%tarning:\ %m,%C%*\\s-->\ %f:%l:%c,%Z%*\\s\|%.%#,%C%.%#

let b:undo_ftplugin = 'setlocal comments< commentstring< formatoptions< expandtab< shiftwidth< '
      \ . 'softtabstop< suffixesadd< formatprg< makeprg< errorformat<'
