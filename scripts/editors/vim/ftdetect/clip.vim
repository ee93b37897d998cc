autocmd BufNewFile,BufRead *.clip setfiletype clip
autocmd BufNewFile,BufRead * if getline(1) =~# '^#!.*\<clipscope\>' | setfiletype clip | endif
